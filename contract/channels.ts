/** From the page to main: please send me a control port. */
export const requestControlPort = 'millrace:request-control-port';
/** From main to the preload, and on to the page: here it is (the port travels beside the message). */
export const controlPortChannel = 'millrace:control-port';

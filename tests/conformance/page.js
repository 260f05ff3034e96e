// What the page's own scripts find when they begin.
window.atStart = { bridge: typeof window.bridge, secret: typeof window.preloadSecret };
window.arrived = [];
window.ports = [];
window.addEventListener('message', (event) => {
  window.arrived.push({ ownWindow: event.source === window, data: event.data, ports: event.ports.length });
  window.ports.push(...event.ports);
});

/** Answers everything on the newest port. */
window.echo = () => {
  const port = window.ports.at(-1);
  port.onmessage = ({ data }) => port.postMessage({ echo: data, isBytes: data instanceof Uint8Array });
};

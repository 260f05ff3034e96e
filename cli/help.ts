export const helpExamples = `
Examples:
  millrace photos --to webp                        beside the originals, as name-small.webp
  millrace photos --to webp --out small            into ./small, with the same folders
  millrace photos --to best --out web              the smallest format that looks the same
  millrace photos -q auto:good                     smaller, with a loss that is hard to see
  millrace *.jpg -q 75 -r 1600 --strip-gps         smaller JPEGs for the web, without places
  millrace scan.png --to avif -e smallest          take the time, save the bytes
  millrace https://example.org/cat.png --to jpeg   links are downloaded first
  millrace photos --in-place                       replace the originals; they are kept
  millrace undo                                    put them back
  millrace resume                                  go on after Ctrl-C, a crash or a power cut
  millrace photos --recipe web.json --json         for scripts

Exit codes: 0 all fine, 1 some files failed, 2 wrong usage, or what was done before cannot
be read, 130 interrupted.
`;

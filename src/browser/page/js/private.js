// Fields that nobody should read in a picture. Prepended to the scripts that look for them.
const PRIVATE = "input[type=password],[autocomplete=one-time-code],[autocomplete^=cc-],[data-private]";

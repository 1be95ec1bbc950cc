/** The public API; the only file that users import. */
export {}

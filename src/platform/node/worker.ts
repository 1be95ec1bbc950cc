/** Entry of a worker thread. */
export {}

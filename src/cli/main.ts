/** The chunkql command. */
export {}

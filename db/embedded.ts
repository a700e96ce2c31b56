// The database that comes with the product: PostgreSQL from npm's binaries, for whoever sets no DATABASE_URL.
export { type Embedded, startEmbedded } from "./embedded/start.ts";
export { Trouble } from "./trouble.ts";

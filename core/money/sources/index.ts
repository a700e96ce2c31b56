export { bookMovements, keepThings, thingChanged } from "./book.ts";
export { type HeardOf, hearSource } from "./hear.ts";
export { type MoneyHome, moneyHome, sellerFor } from "./home.ts";
export { askForHints, closeHints, type Kept, keepHints, nextHint, putOff, takeHints, waitingHints } from "./intake.ts";
export { markRead, mendSources, readFrom, readSource, stirHints } from "./mend.ts";
export { openSources } from "./open.ts";
export { type Looked, type MoneySource, type Offer, type Offered, SourceAway, SourceSays } from "./source.ts";
export { isTold, tellOfTurn, turnOf } from "./told.ts";

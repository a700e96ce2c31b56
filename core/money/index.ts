export { COST_KINDS, type CostKind, EARNS, REVENUE_KINDS, type RevenueKind } from "./accounts.ts";
export { allocate, cumulative, divided, share } from "./allocate.ts";
export { moneyCommands } from "./commands.ts";
export { expireHolds } from "./expire.ts";
export { importCommands } from "./imports/commands.ts";
export { type Leg, move, type Order } from "./order.ts";
export { type Posted, post, postAll } from "./post.ts";
export { offerProduct, productCommands, productData, productView, withdrawLink } from "./products/commands.ts";
export { findProduct, keepLink } from "./products/store.ts";
export { addRates, converted, exchange, type Rate, rateAt, ratesOf, ratioOf, usual } from "./rates.ts";
export {
  type Balance,
  balanceOf,
  balancesOf,
  type Line,
  statementOf,
  type Transfer,
  transferByKey,
  transferOf,
} from "./read.ts";
export { ledgerSealed, sealLedger } from "./seal.ts";
export { sourceCommands } from "./sources/commands.ts";
export * from "./sources/index.ts";
export {
  costOrder,
  DIMENSIONS,
  type Dimension,
  revenueOrder,
  type Sum,
  type SumsOf,
  sourceSlug,
  sumsOf,
} from "./sums.ts";
export { openTill, type Till } from "./till.ts";
export { verifyLedger } from "./verify.ts";

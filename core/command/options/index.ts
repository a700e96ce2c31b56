// The kinds of options. Each is native on every platform, or a form, or a menu: what the platform has.
export { currencies, exponentOf, isCurrency } from "./currency.ts";
export { duration, durationWords } from "./duration.ts";
export { file, fileText, safeName, type UploadedFile } from "./file.ts";
export { moment, momentOf } from "./moment.ts";
export { amountOf, type Money, money, moneyWords, readMoney } from "./money.ts";
export { decimal, whole } from "./number.ts";
export { type Grain, type Period, period, periodOf } from "./period.ts";
export { type Entity, person, pick } from "./pick.ts";
export { choice, colour, text, yesNo } from "./text.ts";
export { addDays, type Day, instantOf, type Local, localOf, startOf, weekdayOf } from "./zone.ts";

export { libraryCommands, showWork } from "./commands.ts";
export { costData, costWords, factsOf, familyOf, itemOf, lengthWords, playerOf, reviewButtons } from "./show.ts";
export { addWork, listWorks, type NewWork, review, shortOf, type Work, workMade, workReviewed, works } from "./work.ts";

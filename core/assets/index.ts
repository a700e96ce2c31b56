export { type Linked, linkToken, openLinked, readLink } from "./link.ts";
export { type Asset, fileOf, type NewAsset, openAsset, saveAsset } from "./store.ts";
export { tidyAssets } from "./tidy.ts";

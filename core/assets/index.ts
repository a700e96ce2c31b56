export { type Bucket, openBucket } from "./bucket/bucket.ts";
export { BucketError } from "./bucket/send.ts";
export { bucketSettings } from "./bucket/settings.ts";
export { type Linked, linkToken, openLinked, readLink } from "./link.ts";
export { blobOf, fileHere, fileOf, keyOf, moveToBucket, openBytes, type Place, readBytes, sizeOf } from "./place.ts";
export { type Asset, type Brought, bringBytes, type NewAsset, nameBytes, openAsset, saveAsset } from "./store.ts";
export { tidyAssets } from "./tidy.ts";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openS3, type S3 } from "../../test/emulators/s3/server.ts";
import { TEST_SECRET_KEY } from "../../test/server.ts";
import { lookAtSettings } from "../settings.ts";
import { bucketed } from "./bucket.ts";

let s3: S3;
beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());
beforeEach(() => Object.assign(s3, { fault: undefined, open: false, now: Date.now }));

const look = (more: Record<string, string> = {}) =>
  bucketed(
    lookAtSettings({
      SECRET_KEY: TEST_SECRET_KEY,
      S3_BUCKET: s3.bucket,
      S3_ENDPOINT: s3.url,
      S3_REGION: s3.keys.region,
      S3_ACCESS_KEY_ID: s3.keys.id,
      S3_SECRET_ACCESS_KEY: s3.keys.secret,
      ...more,
    }),
  );

test("a bucket that is as it should be is proved by a file, which is gone again", async () => {
  const found = await look();
  expect(found.every((f) => f.ok)).toBe(true);
  expect(found.map((f) => f.what).join()).toContain(`The bucket ${s3.bucket} at ${new URL(s3.url).host} takes files`);
  expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
  expect(await bucketed(lookAtSettings({ SECRET_KEY: TEST_SECRET_KEY }))).toEqual([]);
});

test.each([
  [{ S3_ACCESS_KEY_ID: "NOBODYSKEY" }, "InvalidAccessKeyId", "Correct S3_ACCESS_KEY_ID."],
  [{ S3_SECRET_ACCESS_KEY: "not-the-secret" }, "SignatureDoesNotMatch", "Correct S3_SECRET_ACCESS_KEY."],
  [{ S3_BUCKET: "nobodys-bucket" }, "NoSuchBucket", "Make the bucket"],
  [{ S3_REGION: "us-west-2" }, "AuthorizationHeaderMalformed", "Set S3_REGION=eu-central-1."],
])("%j: %s, and what to do", async (env, what, mend) => {
  const wrong = (await look(env)).filter((f) => !f.ok);
  expect(wrong).toMatchObject([{ what: expect.stringContaining(what), mend: expect.stringContaining(mend) }]);
  expect(JSON.stringify(wrong)).not.toContain("not-the-secret");
});

test("one that anybody can read, and one whose clock is another", async () => {
  s3.open = true;
  expect((await look()).filter((f) => !f.ok)).toMatchObject([{ what: expect.stringContaining("Anybody can read") }]);
  s3.open = false;
  s3.now = () => Date.now() + 3_600_000;
  expect((await look()).filter((f) => !f.ok)).toMatchObject([
    { what: expect.stringContaining("behind that of the bucket") },
  ]);
});

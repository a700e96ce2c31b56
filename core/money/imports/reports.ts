// The reports of others: how each is known by its header, and which of its columns mean what. Names are those that the
// services write into their exports, as `nameOf` reads them; the first that is there counts.

export const STATUSES = ["pending", "approved", "declined", "paid", "reversed"] as const;
export type Status = (typeof STATUSES)[number];

export type Report = {
  name: string;
  /** As people call it. */
  title: string;
  source: string;
  /** Of each group at least one column is there. */
  has: readonly (readonly string[])[];
  date: readonly string[];
  /** Each is money of its own: what it is called is part of the reference. */
  amounts: readonly (readonly string[])[];
  /** A column, or the currency itself. */
  currency?: readonly string[];
  status?: readonly string[];
  /** Each group is a part of the reference; without any, a row is known by where it stands among its like. */
  reference: readonly (readonly string[])[];
  /** Rows of the same reference are one amount, summed before it is rounded: stores count in parts of a cent. */
  summed?: true;
  /** What kind of row it is, and which kinds are no money. */
  kind?: readonly string[];
  skip?: RegExp;
  about: Readonly<Record<string, readonly string[]>>;
};

export const REPORTS: readonly Report[] = [
  {
    name: "amazon",
    title: "Amazon Associates",
    source: "amazon",
    has: [["asin"], ["ad_fees", "ad_fees_usd", "earnings", "commission_income"], ["tracking_id"]],
    date: ["date_shipped", "date"],
    amounts: [["ad_fees", "ad_fees_usd", "commission_income", "earnings"]],
    reference: [["order_id"], ["tracking_id"], ["asin"], ["date_shipped", "date"]],
    about: { product: ["asin"], subid: ["tracking_id"] },
  },
  {
    name: "clickbank",
    title: "ClickBank",
    source: "clickbank",
    has: [["receipt"], ["txn_type", "transaction_type", "type"], ["amount", "account_amount", "your_earnings"]],
    date: ["date", "transaction_date", "transaction_time"],
    amounts: [["account_amount", "your_earnings", "amount"]],
    currency: ["currency"],
    kind: ["txn_type", "transaction_type", "type"],
    skip: /^test/i,
    reference: [["receipt"], ["txn_type", "transaction_type", "type"], ["item", "item_no"]],
    about: { product: ["item", "item_no"], subid: ["tid", "tracking_id"] },
  },
  {
    name: "cj",
    title: "CJ",
    source: "cj",
    has: [
      ["commission_id", "action_id", "original_action_id"],
      ["advertiser_name", "advertiser", "advertiser_id"],
      ["commission", "publisher_commission", "pub_commission_amount_usd", "commission_usd"],
    ],
    date: ["event_date", "posting_date", "date"],
    amounts: [["pub_commission_amount_usd", "publisher_commission", "commission_usd", "commission"]],
    currency: ["currency", "pub_currency", "publisher_currency"],
    status: ["action_status", "status"],
    reference: [["commission_id", "original_action_id", "action_id"]],
    about: { partner: ["advertiser_name", "advertiser"], subid: ["sid", "shopper_id"], product: ["sku"] },
  },
  {
    name: "shareasale",
    title: "ShareASale",
    source: "shareasale",
    has: [["trans_id"], ["merchant_id"], ["commission"]],
    date: ["trans_date"],
    amounts: [["commission"]],
    status: ["voided"],
    reference: [["trans_id"]],
    about: { partner: ["merchant_organization", "merchant_id"], subid: ["aff_comment"], product: ["sku_list"] },
  },
  {
    name: "impact",
    title: "impact.com",
    source: "impact",
    has: [["action_id"], ["campaign", "campaign_name", "campaign_id"], ["payout", "action_earnings", "earnings"]],
    date: ["event_date", "action_date", "creation_date"],
    amounts: [["action_earnings", "payout", "earnings"]],
    currency: ["currency", "payout_currency"],
    status: ["state", "status", "action_status"],
    reference: [["action_id"]],
    about: { partner: ["campaign", "campaign_name"], subid: ["subid1", "sub_id_1", "shared_id"] },
  },
  {
    name: "partnerstack",
    title: "PartnerStack",
    source: "partnerstack",
    has: [
      ["reward_key", "key", "transaction_key"],
      ["partner_key", "partnership_key", "program", "company"],
      ["amount", "reward_amount"],
    ],
    date: ["created_at", "date_created", "date", "created"],
    amounts: [["reward_amount", "amount"]],
    currency: ["currency", "reward_currency"],
    status: ["reward_status", "status"],
    reference: [["reward_key", "key", "transaction_key"]],
    about: { partner: ["program", "company"], subid: ["sub_id", "sid"] },
  },
  {
    name: "twitch",
    title: "Twitch",
    source: "twitch",
    has: [["date"], ["ad_revenue"], ["bits_revenue"]],
    date: ["date"],
    amounts: [
      ["ad_revenue"],
      ["sub_revenue", "subscription_revenue"],
      ["prime_sub_revenue", "prime_revenue"],
      ["gifted_subs_revenue"],
      ["multi_month_gifted_subs_revenue"],
      ["bits_revenue"],
      ["game_sales_revenue"],
      ["extensions_revenue"],
      ["bounties_revenue"],
    ],
    reference: [["date"]],
    about: {},
  },
  {
    name: "youtube",
    title: "YouTube",
    source: "youtube",
    has: [
      [
        "estimated_revenue_usd",
        "your_estimated_revenue_usd",
        "estimated_partner_revenue",
        "estimated_revenue_eur",
        "estimated_revenue_gbp",
      ],
      ["date", "day"],
    ],
    date: ["date", "day"],
    amounts: [
      [
        "your_estimated_revenue_usd",
        "estimated_revenue_usd",
        "estimated_partner_revenue",
        "estimated_revenue_eur",
        "estimated_revenue_gbp",
      ],
    ],
    summed: true,
    reference: [
      ["date", "day"],
      ["content", "video", "video_id"],
    ],
    skip: /^total$/i,
    kind: ["date", "day"],
    about: { asset: ["content", "video", "video_id"] },
  },
  {
    name: "distrokid",
    title: "DistroKid",
    source: "stores",
    has: [["reporting_date"], ["sale_month"], ["store"], ["earnings_usd", "earnings"]],
    date: ["reporting_date"],
    amounts: [["earnings_usd", "earnings"]],
    summed: true,
    reference: [["reporting_date"], ["sale_month"], ["store"]],
    about: { platform: ["store"] },
  },
  {
    name: "tunecore",
    title: "TuneCore",
    source: "stores",
    has: [["sales_period"], ["posted_date"], ["store_name"], ["total_earned"]],
    date: ["posted_date"],
    amounts: [["total_earned"]],
    currency: ["currency"],
    summed: true,
    reference: [["posted_date"], ["sales_period"], ["store_name"]],
    about: { platform: ["store_name"] },
  },
];

// What each service calls it (its help pages), brought to five words. Locked is approved: not yet paid.
const WORDS: Readonly<Record<Status, string>> = {
  pending: "pending new extended open hold on_hold unapproved processing",
  approved: "approved locked confirmed active accepted approved_for_payment cleared invoiced no 0 false",
  declined: "declined rejected denied canceled cancelled void voided yes 1 true",
  paid: "paid closed paid_out completed withdrawn",
  reversed: "reversed refunded chargeback corrected removed deleted",
};
const BY_WORD = new Map(
  Object.entries(WORDS).flatMap(([status, words]) => words.split(" ").map((word) => [word, status as Status])),
);

/** A column that says nothing says that nothing is wrong. */
export const statusOf = (said: string): Status | undefined =>
  said === "" ? "approved" : BY_WORD.get(said.toLowerCase().replace(/[^a-z0-9]+/g, "_"));

export const knows = ({ has }: Pick<Report, "has">, names: readonly string[]): boolean =>
  has.every((group) => group.some((name) => names.includes(name)));

export const reportOf = (names: readonly string[], more: readonly Report[] = []): Report | undefined =>
  [...more, ...REPORTS].find((report) => knows(report, names));

// Currencies: which there are, how many decimals each has, and the signs people write for them.

// ISO 4217, active codes of countries (list one of 2025-05); no metals, funds or test codes.
const CODES =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY " +
  "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR " +
  "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK " +
  "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF " +
  "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU " +
  "UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
// ISO 4217, the exponents that are not 2. (Intl has CLDR's, which differ for a dozen.)
const NONE = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THREE = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));
const KNOWN: ReadonlySet<string> = new Set(CODES.split(" "));

export const currencies = (): readonly string[] => [...KNOWN];
export const isCurrency = (code: string): boolean => KNOWN.has(code);
/** How many decimals: 0, 2 or 3. */
export const exponentOf = (code: string): number => (NONE.has(code) ? 0 : THREE.has(code) ? 3 : 2);

// A sign that several countries share is theirs whose workspace it is; otherwise the first one's. Lower case.
const SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ["USD", "AUD", "CAD", "NZD", "MXN", "SGD", "HKD", "TWD", "ARS", "CLP", "COP", "UYU"],
  us$: ["USD"],
  $us: ["USD"],
  $ca: ["CAD"],
  $au: ["AUD"],
  $nz: ["NZD"],
  $mx: ["MXN"],
  $sg: ["SGD"],
  "£gb": ["GBP"],
  "jp¥": ["JPY"],
  "cn¥": ["CNY"],
  fcfa: ["XAF"],
  "f cfa": ["XOF"],
  ca$: ["CAD"],
  c$: ["CAD"],
  a$: ["AUD"],
  au$: ["AUD"],
  nz$: ["NZD"],
  mx$: ["MXN"],
  s$: ["SGD"],
  hk$: ["HKD"],
  nt$: ["TWD"],
  r$: ["BRL"],
  "€": ["EUR"],
  "£": ["GBP", "EGP"],
  "¥": ["JPY", "CNY"],
  円: ["JPY"],
  元: ["CNY", "TWD"],
  "₩": ["KRW"],
  원: ["KRW"],
  "₹": ["INR"],
  "₺": ["TRY"],
  "₽": ["RUB"],
  "₫": ["VND"],
  "₱": ["PHP"],
  "₪": ["ILS"],
  "฿": ["THB"],
  "₦": ["NGN"],
  "₴": ["UAH"],
  "₡": ["CRC"],
  zł: ["PLN"],
  kč: ["CZK"],
  ft: ["HUF"],
  lei: ["RON"],
  kr: ["SEK", "NOK", "DKK", "ISK"],
  "fr.": ["CHF"],
  sfr: ["CHF"],
};

/** The currency that a code or sign stands for in a workspace; undefined when there is none. Takes lower case. */
export function currencyOf(sign: string, own: string): string | undefined {
  const code = sign.toUpperCase();
  if (KNOWN.has(code)) return code;
  if (!Object.hasOwn(SIGNS, sign)) return undefined;
  const stands = SIGNS[sign]!;
  return stands.includes(own) ? own : stands[0];
}

// What people write who want to be more than text.
export const HOSTILE: readonly string[] = [
  "@everyone @here come now",
  "<@42> <@!42> <@&7> <#600> <:smile:1> <t:1:R>",
  "<!channel> <!here> <!everyone> <!subteam^S012> <@U012> <#C012|general>",
  "@mia_public and t.me/x @impresario_test_bot",
  "**bold** __under__ ~~struck~~ ||hidden|| *slanted* _slanted_",
  "*bold* _slanted_ ~struck~ `code` ```block```",
  "[click here](https://evil.example/a) ![x](https://evil.example/b)",
  "<https://evil.example|your bank> <mailto:a@evil.example|us>",
  '<b>bold</b> <a href="tg://user?id=42">you</a> <script>x</script> &amp; &lt;b&gt; &#64;everyone',
  "# Heading here",
  "> quoted by nobody",
  "- item one",
  "1. first of all",
  "-# small print",
  ":smile: :+1: :x:",
  "\\*not slanted\\* \\@everyone \\\\ end\\",
  "a_b_c snake_case__dunder__ 2*3*4 a~b~c |x|y|",
  "quote \" and ' and ` and } ] ) and %s {name} $x",
  "ends with a backtick ` and **",
  "javascript:alert(1) data:text/html,x",
  "line one\n# line two\n> line three\n- line four",
  '{"type":"modal"} ```json\n{}\n```',
  "/test note note:pwned !test note note:pwned",
  "👩‍👩‍👧‍👦 e\u0301 ﷽ Z\u0351\u036b\u0343a\u035elgo",
];

/** Text as it is compared: without what nobody sees, and any white space as one. */
export const bare = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .replace(/\s+/g, " ")
    .trim();

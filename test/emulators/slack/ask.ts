// The Web API asked through Slack's own client; a refusal is an answer like any other.
import { LogLevel, webApi } from "@slack/bolt";
import { TOKENS } from "./world.ts";

export type Answer = { ok: boolean; ts?: string; error?: string; errors?: unknown; needed?: string; provided?: string };
export async function ask(api: string, method: string, params: object, token: string = TOKENS.bot): Promise<Answer> {
  const client = new webApi.WebClient(token, {
    slackApiUrl: api,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  try {
    return (await client.apiCall(method, params as Record<string, unknown>)) as Answer;
  } catch (error) {
    const { data } = error as { data?: Answer };
    if (!data) throw error;
    return data;
  }
}

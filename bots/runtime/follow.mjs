// Loaded before a program that boot started: when boot is killed, the program is asked to end as if boot had been asked.
if (process.channel) {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

// Names for what has none: two or three words that sound like their genre, the same for the same seed.
import { chance } from "../chance.ts";

const FIRST: Record<string, readonly string[]> = {
  "city-pop-anime": [
    "Harbour",
    "Plastic",
    "Midnight",
    "Summer",
    "Telephone",
    "Last Train",
    "Rooftop",
    "Cassette",
    "Bayside",
    "Neon",
  ],
  "neon-synthwave": [
    "Chrome",
    "Laser",
    "Turbo",
    "Night",
    "Vector",
    "Midnight",
    "Magnetic",
    "Electric",
    "Phantom",
    "Horizon",
  ],
  "cosmic-ambient": ["Slow", "Distant", "Quiet", "Deep", "Pale", "Drifting", "Weightless", "Silent", "Violet", "First"],
  "fitness-beats": ["Second", "Full", "Iron", "Red", "High", "Double", "Final", "Open", "Heavy", "Rapid"],
  "noir-jazz": ["Wet", "Corner", "Last", "Velvet", "Blue", "Smoke on", "Crooked", "Empty", "Quarter to", "Broken"],
  "desert-country": ["Dusty", "Long", "Copper", "Lonesome", "Dry", "Wide", "Old", "Rattlesnake", "Evening", "Broken"],
  "intimate-vibes": ["Half", "Soft", "Slow", "Warm", "Late", "Almost", "Paper", "Honey", "Low", "Tender"],
};
const SECOND: Record<string, readonly string[]> = {
  "city-pop-anime": [
    "Lights",
    "Avenue",
    "Memory",
    "Drive",
    "Romance",
    "Window",
    "Weekend",
    "Skyline",
    "Letter",
    "Rain",
  ],
  "neon-synthwave": [
    "Runner",
    "Highway",
    "Circuit",
    "Pursuit",
    "Grid",
    "Skyline",
    "Mirage",
    "Outrun",
    "Arcade",
    "Signal",
  ],
  "cosmic-ambient": ["Orbit", "Tide", "Nebula", "Light", "Aurora", "Descent", "Meridian", "Dust", "Halo", "Morning"],
  "fitness-beats": ["Wind", "Charge", "Tempo", "Line", "Gear", "Push", "Lap", "Pulse", "Round", "Climb"],
  "noir-jazz": [
    "Pavement",
    "Hour",
    "Alibi",
    "Curtain",
    "Lamplight",
    "Staircase",
    "Ashtray",
    "Witness",
    "Three",
    "Blinds",
  ],
  "desert-country": ["Road", "Porch", "Canyon", "Fence", "Sundown", "Mile", "Saddle", "Creek", "Wagon", "Star"],
  "intimate-vibes": ["Asleep", "Whisper", "Breath", "Skin", "Sunday", "Hours", "Candle", "Close", "Pillow", "Secret"],
};

export function titleFor(genre: string, seed: number): string {
  const draw = chance(seed ^ 0x9e3779b9);
  const pick = (from: readonly string[]) => from[Math.floor(draw() * from.length)]!;
  const first = FIRST[genre] ?? Object.values(FIRST).flat();
  const second = SECOND[genre] ?? Object.values(SECOND).flat();
  return `${pick(first)} ${pick(second)}`;
}

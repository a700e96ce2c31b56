export function mendDriver(modules: string): string;

export function swap(size: i32, count: i32, address: usize): void {}

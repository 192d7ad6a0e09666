/**
 * The memory of one decode: a pointer that only moves up. `reset` starts the next picture at the bottom again. So an
 * instance that decoded many pictures holds as much memory as the largest of them needed.
 */
let next: usize = __heap_base;

/** Forgets everything allocated so far. */
export function reset(): void {
  next = __heap_base;
}

/** Address of `bytes` bytes, aligned to 16 and NOT cleared; 0 if the memory cannot grow that far. */
export function allocate(bytes: usize): usize {
  const address = (next + 15) & ~15;
  const end = address + bytes;
  const pages = <i32>((end + 0xffff) >>> 16);
  const have = memory.size();
  if (pages > have && memory.grow(pages - have) < 0) return 0;
  next = end;
  return address;
}

//! Limits of one run of a target: processor time and memory.
//!
//! Processor time, and not the time of day, because other programs may keep the machine busy. The option
//! `-timeout` of `scripts/fuzz` ends a run that never returns.

use rustix::time::{ClockId, clock_gettime};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Maximum processor time of a run.
const MAX_RUN_TIME: Duration = Duration::from_secs(1);
/// Maximum growth of the heap in a run, in bytes.
const MAX_RUN_BYTES: usize = 100 << 20;

static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Allocator of the system that counts the bytes in use.
struct CountingAllocator;

#[global_allocator]
static GLOBAL_ALLOCATOR: CountingAllocator = CountingAllocator;

fn count_allocated(bytes: usize) {
    let live = LIVE_BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK_BYTES.fetch_max(live, Ordering::Relaxed);
}

// SAFETY: Every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_allocated(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // Both blocks exist while the content is copied.
        count_allocated(new_size);
        LIVE_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

/// Runs a parser. Panics if it took too much time or memory.
pub fn within_limits<T>(run: impl FnOnce() -> T) -> T {
    let (bytes_before, time_before) = (LIVE_BYTES.load(Ordering::Relaxed), processor_time());
    PEAK_BYTES.store(bytes_before, Ordering::Relaxed);
    let result = run();
    let took = processor_time().saturating_sub(time_before);
    let grown = PEAK_BYTES.load(Ordering::Relaxed).saturating_sub(bytes_before);
    assert!(took <= MAX_RUN_TIME, "a run took {took:?} of processor time");
    assert!(grown <= MAX_RUN_BYTES, "a run took {} MiB of memory", grown >> 20);
    result
}

/// Returns the processor time that this process has used.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

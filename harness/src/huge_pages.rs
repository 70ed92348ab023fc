//! Large tables on huge pages: at a million endpoints every step would else miss the processor's page tables.
//!
//! On Linux, allocations of several megabytes are aligned to 2 MiB and the kernel is asked to back them with huge pages
//! (a hint; without it everything is the same, about a tenth slower). Small ones go straight to the system's allocator.

use std::alloc::{GlobalAlloc, Layout, System};

/// From this size on an allocation is a table.
const TABLE: usize = 4 << 20;
/// A huge page.
const PAGE: usize = 2 << 20;

/// The system's allocator with huge pages for tables.
pub(crate) struct HugePages;

fn on_pages(layout: Layout) -> Layout {
    layout.align_to(PAGE).unwrap_or(layout)
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait; this one only forwards, with a larger alignment")]
// SAFETY: every call forwards to the system's allocator. Tables are allocated and freed with the same derived layout,
// which has at least the size and alignment asked for.
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() < TABLE {
            // SAFETY: the caller's contract.
            return unsafe { System.alloc(layout) };
        }
        // SAFETY: the derived layout is valid and not empty.
        let table = unsafe { System.alloc(on_pages(layout)) };
        advise(table, layout.size());
        table
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() < TABLE {
            // SAFETY: the caller's contract.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: as in `alloc`; the block has `layout.size()` bytes.
        let table = unsafe { self.alloc(layout) };
        if !table.is_null() {
            // SAFETY: freshly allocated with that size.
            unsafe { table.write_bytes(0, layout.size()) };
        }
        table
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size() < TABLE && size < TABLE {
            // SAFETY: the caller's contract.
            return unsafe { System.realloc(block, layout, size) };
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return core::ptr::null_mut() };
        // SAFETY: `size` is not zero by the caller's contract.
        let moved = unsafe { self.alloc(wanted) };
        if !moved.is_null() {
            // SAFETY: both blocks have at least that many bytes and do not overlap; the old one is freed once.
            unsafe {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
        }
        moved
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let layout = if layout.size() < TABLE { layout } else { on_pages(layout) };
        // SAFETY: the layout it was allocated with.
        unsafe { System.dealloc(block, layout) };
    }
}

#[cfg(target_os = "linux")]
fn advise(table: *mut u8, size: usize) {
    if !table.is_null() {
        #[expect(unsafe_code, reason = "the hint is a system call on memory this allocator owns")]
        // SAFETY: the range was just allocated; MADV_HUGEPAGE changes nothing but its backing. A refusal is no error.
        let _ = unsafe { libc::madvise(table.cast(), size, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_: *mut u8, _: usize) {}

//! What this process has used of the machine so far; zero where the system does not tell.

/// Processor time, user and system, in seconds.
pub(crate) fn cpu_s() -> f64 {
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    usage().map_or(0.0, |usage| seconds(usage.ru_utime) + seconds(usage.ru_stime))
}

/// Most memory resident at once, in kilobytes.
pub(crate) fn peak_kb() -> u64 {
    let unit = if cfg!(target_os = "macos") { 1024 } else { 1 };
    usage().map_or(0, |usage| u64::try_from(usage.ru_maxrss).unwrap_or(0) / unit)
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a system call that fills a plain record")]
fn usage() -> Option<libc::rusage> {
    let mut usage = core::mem::MaybeUninit::zeroed();
    // SAFETY: the pointer is to a record of the right type; zeroed is a valid value of it.
    let told = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: zeroed before, filled on success.
    (told == 0).then(|| unsafe { usage.assume_init() })
}

//! The standard run as a WebAssembly module without imports: `digest()` must equal `golden()`.

#[path = "../tests/standard/mod.rs"]
mod standard;

/// Digest of the standard run.
#[expect(unsafe_code, reason = "an exported name is what a host can call")]
#[unsafe(no_mangle)]
pub extern "C" fn digest() -> u64 {
    standard::run().0
}

/// The frozen digest.
#[expect(unsafe_code, reason = "an exported name is what a host can call")]
#[unsafe(no_mangle)]
pub extern "C" fn golden() -> u64 {
    standard::GOLDEN
}

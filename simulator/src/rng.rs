//! Chance without state: a draw is a function of a key and a count, so one entity's chance never shifts another's.
//!
//! Keys come from names and seats, never from node numbers or file order: adding a population moves no stream but its own.
//! Value stability is ours: the constants below are frozen by golden tests.

use core::convert::Infallible;

use rand_core::TryRng;

/// 2^64 divided by the golden ratio, odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection that spreads every bit.
#[inline]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What a stream is used for; two purposes of one entity never share draws.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Purpose {
    /// Loss, duplication and delay of what an endpoint sends.
    Uplink = 1,
    /// Loss, duplication and delay of what is sent to an endpoint.
    Downlink,
    /// Loss, duplication and delay between PBXs.
    Trunkline,
    /// When a sign-in or sign-out within a window is due.
    Spread,
    /// Lengths of sessions.
    Session,
    /// Lengths of absences.
    Absence,
    /// Waits before another try.
    Retry,
    /// Whether someone is present at the start.
    Presence,
    /// Arrivals of an open source.
    Arrival,
    /// Which free seat an arrival takes.
    Seat,
    /// Nonces of a registrar.
    Nonce,
    /// Shared secrets of digest authentication.
    Secret,
    /// Retry-After values.
    RetryAfter,
    /// First look of a standby, first renewal of a PBX.
    Phase,
    /// Initial Call-ID.
    CallId,
    /// How fast a node's clock runs.
    Clock,
    /// Random faults.
    Chaos,
    /// Who calls.
    Caller,
    /// Where a call goes, if there are several destinations.
    Destination,
    /// Who is called.
    Callee,
    /// How long people talk.
    Holding,
    /// How long it rings, and whether anybody answers.
    Ringing,
    /// How long a caller waits.
    Patience,
    /// Waits before a redial.
    Redial,
    /// What it holds back of what an overloaded server asked for.
    Restraint,
    /// What agents do after a call.
    WrapUp,
    /// Whether, when and how long somebody puts the other side of a call on hold.
    Hold,
    /// Whether and when somebody passes a call on while talking, and to whom.
    Transfer,
    /// How long re-INVITEs that have crossed wait.
    Glare,
}

/// The stream of an entity: `name` from [`name_key`], `index` its seat or number.
#[inline]
pub fn stream(seed: u64, name: u64, index: u64) -> u64 {
    mix(mix(seed ^ name).wrapping_add(index.wrapping_mul(GOLDEN)))
}

/// The key of one purpose within an entity's stream.
#[inline]
pub fn key(stream: u64, purpose: Purpose) -> u64 {
    mix(stream ^ (purpose as u64) << 32)
}

/// The `count`-th draw under a key: 64 uniform bits.
#[inline]
pub fn draw(key: u64, count: u32) -> u64 {
    mix(key.wrapping_add((u64::from(count) + 1).wrapping_mul(GOLDEN)))
}

/// Uniform in `0..n` from 64 uniform bits, without a division: the high half of the product. Zero if `n` is zero.
#[inline]
pub fn below(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

/// A name as a number: FNV-1a, then mixed.
pub fn name_key(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mix(hash)
}

/// A probability as an integer out of 2^32, so that comparing it needs no floating point.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Probability(u64);

impl Probability {
    /// Never.
    pub const ZERO: Self = Self(0);

    /// `part` out of `whole`, at most 1.
    pub fn ratio(part: u64, whole: u64) -> Self {
        let scaled = (u128::from(part.min(whole)) << 32) / u128::from(whole.max(1));
        Self(scaled as u64)
    }

    /// Whether it is exactly 0.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether these 64 uniform bits fall within it: the upper half decides, the lower half stays free for another use.
    #[inline]
    pub fn strikes(self, bits: u64) -> bool {
        bits >> 32 < self.0
    }
}

/// One entity's stream as a generator for cold paths, behind rand's trait.
#[derive(Clone, Debug)]
pub struct Stream {
    key: u64,
    count: u32,
}

impl Stream {
    /// A generator over the draws of `key`, from the first on.
    pub fn new(key: u64) -> Self {
        Self { key, count: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let bits = draw(self.key, self.count);
        self.count = self.count.wrapping_add(1);
        Ok(bits)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng;

    #[test]
    fn draws_are_frozen() {
        let key = key(stream(42, name_key("desk"), 17), Purpose::Retry);
        assert_eq!(name_key("desk"), 16_176_134_777_297_930_529);
        assert_eq!([draw(key, 0), draw(key, 1)], [10_838_594_734_962_789_931, 8_542_375_551_818_313_800]);
    }

    #[test]
    fn a_stream_is_its_draws_in_order() {
        let mut stream = Stream::new(7);
        assert_eq!([stream.next_u64(), stream.next_u64()], [draw(7, 0), draw(7, 1)]);
    }

    #[test]
    fn a_probability_strikes_as_often_as_it_says() {
        let tenth = Probability::ratio(1, 10);
        let struck = (0..100_000).filter(|&count| tenth.strikes(draw(1, count))).count();
        assert!((9_700..10_300).contains(&struck), "{struck}");
        assert!(!Probability::ZERO.strikes(0));
        assert!(Probability::ratio(1, 1).strikes(u64::MAX));
    }
}

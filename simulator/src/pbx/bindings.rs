//! The registrar's records: a binding per device, an object per user, in tables by block.
//!
//! A table is made when its first binding is written: a standby costs nothing until it takes over. Bindings of one
//! granted lifetime form a list in order of expiry, so that a PBX needs one wake-up for all of them.

use crate::endpoint::people::People;
use crate::layout::Device;
use crate::node::NodeId;
use crate::sip::message::Aor;
use crate::sip::transaction::ServerTransactions;
use crate::time::Instant;

const NONE: u32 = u32::MAX;

/// A device's registration at this PBX. 64 bytes: one cache line.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Binding {
    /// When it ends; while a licence is awaited: when the server would have answered.
    pub expires_at: Instant,
    /// The last two transactions.
    pub transactions: ServerTransactions,
    /// Call-ID of the last REGISTER accepted (RFC 3261 §10.3 step 7).
    pub call: u32,
    /// Its CSeq.
    pub sequence: u32,
    /// Branch the current nonce was made for.
    pub nonce_branch: u32,
    /// Lifetime granted, in seconds.
    pub expires_s: u32,
    /// Branch of the REGISTER that awaits a licence.
    pub branch: u32,
    earlier: u32,
    later: u32,
    /// What it is.
    pub state: BindingState,
    /// Whether its device uses a connection.
    pub reliable: bool,
    /// Where its own unit comes from, if it holds one: place in the PBX's list of sources.
    pub unit: Unit,
}

/// States of a binding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum BindingState {
    /// None: nothing but transactions and a nonce.
    None,
    /// A licence is awaited.
    Asking,
    /// In line for a licence.
    InLine,
    /// A contact stands.
    Bound,
}

/// Place of a licence source, or none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Unit(u8);

impl Unit {
    /// Holds none.
    pub const NONE: Self = Self(0);

    /// One from the source at `place`.
    pub fn from_source(place: usize) -> Self {
        Self(u8::try_from(place + 1).unwrap_or(u8::MAX))
    }

    /// The source's place.
    #[inline]
    pub fn source(self) -> Option<usize> {
        usize::from(self.0).checked_sub(1)
    }
}

/// A user or trunk at this PBX: what holds the port.
#[derive(Clone, Copy, Debug, Default)]
pub struct Object {
    /// Devices bound, by kind.
    pub bound: u8,
    /// Where its port comes from.
    pub port: Unit,
}

/// All records of one PBX.
#[derive(Clone, Debug)]
pub struct Bindings {
    /// By block index; empty until needed.
    tables: Vec<Table>,
    lists: Vec<Expiries>,
    bound: u32,
}

#[derive(Clone, Debug, Default)]
struct Table {
    bindings: Vec<Binding>,
    objects: Vec<Object>,
}

/// Bindings of one granted lifetime, in order of expiry.
#[derive(Clone, Copy, Debug)]
struct Expiries {
    lifetime_s: u32,
    first: u32,
    last: u32,
    /// Expiry of the first.
    next_at: Instant,
}

/// Where a record lies: looked up once, for each look costs.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    index: usize,
    endpoint: u32,
}

impl Place {
    #[inline]
    fn new(aor: Aor, people: &People) -> Option<Self> {
        let block = usize::from(aor.block);
        let facts = people.blocks.get(block)?;
        let index = facts.place(aor)?;
        Some(Self { block, index: index as usize, endpoint: facts.first_endpoint + index })
    }
}

impl Binding {
    const EMPTY: Self = Self {
        expires_at: Instant::NEVER,
        transactions: ServerTransactions::NONE,
        call: 0,
        sequence: 0,
        nonce_branch: 0,
        expires_s: 0,
        branch: 0,
        earlier: NONE,
        later: NONE,
        state: BindingState::None,
        reliable: false,
        unit: Unit::NONE,
    };
}

impl Bindings {
    /// Room for that many blocks.
    pub fn new(blocks: usize) -> Self {
        Self { tables: vec![Table::default(); blocks], lists: Vec::new(), bound: 0 }
    }

    /// Live bindings.
    #[inline]
    pub fn bound(&self) -> u32 {
        self.bound
    }

    /// Live bindings, counted anew.
    pub fn recount(&self) -> u32 {
        let all = self.tables.iter().flat_map(|table| &table.bindings);
        all.filter(|binding| binding.state == BindingState::Bound).count() as u32
    }

    /// The record of a device; made if need be.
    #[inline]
    pub fn of(&mut self, aor: Aor, people: &People) -> Option<&mut Binding> {
        let place = Place::new(aor, people)?;
        if self.tables[place.block].bindings.is_empty() {
            self.make(place.block, people);
        }
        self.at(place)
    }

    #[cold]
    fn make(&mut self, block: usize, people: &People) {
        let facts = &people.blocks[block].block;
        self.tables[block] = Table {
            bindings: vec![Binding::EMPTY; facts.endpoints() as usize],
            objects: vec![Object::default(); facts.seats as usize],
        };
    }

    #[inline]
    fn at(&mut self, place: Place) -> Option<&mut Binding> {
        self.tables[place.block].bindings.get_mut(place.index)
    }

    /// The record of a device, if there is one.
    #[inline]
    pub fn get(&self, aor: Aor, people: &People) -> Option<&Binding> {
        let place = people.blocks.get(usize::from(aor.block))?.place(aor)? as usize;
        self.tables[usize::from(aor.block)].bindings.get(place)
    }

    /// The user or trunk of a device that has a record.
    #[inline]
    pub fn object(&mut self, aor: Aor) -> Option<&mut Object> {
        self.tables[usize::from(aor.block)].objects.get_mut(aor.seat as usize)
    }

    /// The same, to read.
    #[inline]
    pub fn object_of(&self, aor: Aor) -> Object {
        let table = &self.tables[usize::from(aor.block)];
        table.objects.get(aor.seat as usize).copied().unwrap_or_default()
    }

    /// Makes a binding live, or longer lived; whether it was not live before.
    #[inline]
    pub fn bind(&mut self, aor: Aor, people: &People, expires_at: Instant, lifetime_s: u32) -> bool {
        let Some(was) = self.of(aor, people).map(|binding| binding.state == BindingState::Bound) else { return false };
        let Some(place) = Place::new(aor, people) else { return false };
        if was {
            self.unlink(place, people);
        }
        self.link(place, people, expires_at, lifetime_s);
        if let Some(binding) = self.at(place) {
            (binding.state, binding.expires_at, binding.expires_s) = (BindingState::Bound, expires_at, lifetime_s);
        }
        if !was {
            self.bound += 1;
            if let Some(object) = self.object(aor) {
                object.bound |= 1 << aor.device as u8;
            }
        }
        !was
    }

    /// Ends a binding; false if there was none.
    pub fn unbind(&mut self, aor: Aor, people: &People) -> bool {
        let Some(place) = Place::new(aor, people) else { return false };
        let Some(binding) = self.at(place) else { return false };
        let live = binding.state == BindingState::Bound;
        if live {
            self.unlink(place, people);
            self.bound -= 1;
            if let Some(object) = self.object(aor) {
                object.bound &= !(1 << aor.device as u8);
            }
        }
        if let Some(binding) = self.at(place) {
            (binding.state, binding.expires_at) = (BindingState::None, Instant::NEVER);
        }
        live
    }

    /// The endpoint whose binding has expired longest ago.
    pub fn expired(&self, now: Instant) -> Option<NodeId> {
        self.lists
            .iter()
            .filter(|list| list.next_at <= now)
            .min_by_key(|list| list.next_at)
            .map(|list| NodeId(list.first))
    }

    /// When the next binding expires.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.lists.iter().fold(Instant::NEVER, |at, list| at.min(list.next_at))
    }

    /// Every device with a record other than empty, with it.
    pub fn known<'a>(&'a self, people: &'a People) -> impl Iterator<Item = (Aor, &'a Binding)> + 'a {
        self.tables.iter().enumerate().flat_map(move |(block, table)| {
            let facts = &people.blocks[block];
            facts.block.devices.iter().flat_map(move |(device, count)| {
                let seats = 0..if table.bindings.is_empty() { 0 } else { *count };
                seats.filter_map(move |seat| {
                    let aor = Aor { block: block as u16, device: *device, seat };
                    let binding = table.bindings.get(facts.place(aor)? as usize)?;
                    (binding.state != BindingState::None).then_some((aor, binding))
                })
            })
        })
    }

    /// Devices of an object that are bound.
    pub fn bound_devices(&self, object: Aor) -> impl Iterator<Item = Device> {
        let bits = self.object_of(object).bound;
        Device::ALL.into_iter().filter(move |device| bits >> *device as u8 & 1 == 1)
    }

    /// Everything is forgotten.
    pub fn clear(&mut self) {
        // In place: a PBX that crashes every few minutes does not ask for its memory anew each time.
        for table in &mut self.tables {
            table.bindings.iter_mut().for_each(|binding| *binding = Binding::EMPTY);
            table.objects.fill(Object::default());
        }
        self.lists.clear();
        self.bound = 0;
    }

    /// The record of an endpoint, looked for first in the block of another: lists mix blocks, but seldom.
    #[inline]
    fn by_endpoint(&mut self, endpoint: u32, near: Place, people: &People) -> Option<&mut Binding> {
        let first = near.endpoint - near.index as u32;
        let index = endpoint.wrapping_sub(first) as usize;
        if index < self.tables[near.block].bindings.len() {
            return self.tables[near.block].bindings.get_mut(index);
        }
        let block = people.blocks.partition_point(|facts| facts.first_endpoint <= endpoint) - 1;
        let index = endpoint - people.blocks[block].first_endpoint;
        self.tables[block].bindings.get_mut(index as usize)
    }

    fn list(&mut self, lifetime_s: u32) -> usize {
        self.lists.iter().position(|list| list.lifetime_s == lifetime_s).unwrap_or_else(|| {
            self.lists.push(Expiries { lifetime_s, first: NONE, last: NONE, next_at: Instant::NEVER });
            self.lists.len() - 1
        })
    }

    /// Puts a binding behind the last that ends no later: nearly always the last of its list.
    fn link(&mut self, place: Place, people: &People, expires_at: Instant, lifetime_s: u32) {
        let list = self.list(lifetime_s);
        let (mut earlier, mut later) = (self.lists[list].last, NONE);
        while earlier != NONE {
            let Some(binding) = self.by_endpoint(earlier, place, people) else { break };
            if binding.expires_at <= expires_at {
                binding.later = place.endpoint;
                break;
            }
            (later, earlier) = (earlier, binding.earlier);
        }
        if earlier == NONE {
            (self.lists[list].first, self.lists[list].next_at) = (place.endpoint, expires_at);
        }
        if later == NONE {
            self.lists[list].last = place.endpoint;
        } else if let Some(binding) = self.by_endpoint(later, place, people) {
            binding.earlier = place.endpoint;
        }
        if let Some(binding) = self.at(place) {
            (binding.earlier, binding.later) = (earlier, later);
        }
    }

    fn unlink(&mut self, place: Place, people: &People) {
        let Some(binding) = self.at(place) else { return };
        let (earlier, later, lifetime_s) = (binding.earlier, binding.later, binding.expires_s);
        let list = self.list(lifetime_s);
        debug_assert!(self.lists[list].first != NONE, "endpoint {} is in a list", place.endpoint);
        let mut next_at = Instant::NEVER;
        if later == NONE {
            self.lists[list].last = earlier;
        } else if let Some(binding) = self.by_endpoint(later, place, people) {
            binding.earlier = earlier;
            next_at = binding.expires_at;
        }
        if earlier == NONE {
            (self.lists[list].first, self.lists[list].next_at) = (later, next_at);
        } else if let Some(binding) = self.by_endpoint(earlier, place, people) {
            binding.later = later;
        }
    }
}

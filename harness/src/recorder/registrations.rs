//! Who is registered, who lost it in which occasion, who is back.

use simulator::event::{End, Event};
use simulator::node::NodeId;
use simulator::time::{Duration, Instant};

use super::bits::Bits;
use super::step::Step;

/// Live bindings by endpoint, and the losses of each occasion.
#[derive(Clone, Debug)]
pub(super) struct Registrations {
    /// Bindings each endpoint has at registrars.
    live: Vec<u8>,
    in_service: u64,
    losses: Vec<Loss>,
    /// Occasion of the entry being carried out.
    acting: Option<u16>,
}

/// What one occasion took.
#[derive(Clone, Debug, Default)]
pub(super) struct Loss {
    pub(super) occasion: u16,
    pub(super) at: Instant,
    pub(super) lost: Bits,
    pub(super) back: Bits,
    /// Left by wish before they were back.
    pub(super) left: Bits,
    /// Instants at which 50, 90, 99 and 100 % were back, since the loss.
    pub(super) milestones: [Option<Duration>; 4],
    pub(super) last_back: Duration,
}

/// A change of somebody's registration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Change {
    /// Registered, from not at all.
    In,
    /// Not registered any more, without wishing it.
    Dropped,
    /// Not registered any more, by wish.
    Out,
}

impl Registrations {
    pub(super) fn new(endpoints: usize) -> Self {
        Self { live: vec![0; endpoints], in_service: 0, losses: Vec::new(), acting: None }
    }

    pub(super) fn in_service(&self) -> u64 {
        self.in_service
    }

    #[inline]
    pub(super) fn bindings(&self, endpoint: usize) -> u8 {
        self.live[endpoint]
    }

    pub(super) fn loss(&self, occasion: u16) -> Option<&Loss> {
        self.losses.iter().find(|loss| loss.occasion == occasion)
    }

    pub(super) fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// An entry of that occasion is about to be carried out.
    pub(super) fn act(&mut self, occasion: u16) {
        self.acting = Some(occasion);
    }

    /// Applies one fact; what it changed for whom.
    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) -> Option<(NodeId, Change)> {
        match *event {
            Event::Bound { endpoint, new } => self.on_bound(step.now, endpoint, new),
            Event::Unbound { endpoint, end } => self.on_unbound(step.now, endpoint, end),
            Event::Crashed if step.pbx.is_none() && self.live.get(step.node.index()).is_some_and(|live| *live > 0) => {
                self.lose(step.now, step.node);
                None
            }
            Event::Withdrawn => {
                let endpoint = step.node.index();
                self.losses.iter_mut().filter(|loss| loss.lost.has(endpoint) && !loss.back.has(endpoint)).for_each(
                    |loss| {
                        loss.left.add(endpoint);
                    },
                );
                None
            }
            _ => None,
        }
    }

    fn on_bound(&mut self, now: Instant, endpoint: NodeId, new: bool) -> Option<(NodeId, Change)> {
        let index = endpoint.index();
        let fresh = new && self.live[index] == 0;
        self.live[index] = self.live[index].saturating_add(u8::from(new));
        self.in_service += u64::from(fresh);
        for loss in &mut self.losses {
            if loss.back.count() < loss.lost.count() && loss.lost.has(index) && loss.back.add(index) {
                loss.last_back = now.since(loss.at);
                let (back, lost) = (loss.back.count(), loss.lost.count());
                for (milestone, percent) in loss.milestones.iter_mut().zip([50, 90, 99, 100]) {
                    if milestone.is_none() && back * 100 >= lost * percent {
                        *milestone = Some(now.since(loss.at));
                    }
                }
            }
        }
        fresh.then_some((endpoint, Change::In))
    }

    fn on_unbound(&mut self, now: Instant, endpoint: NodeId, end: End) -> Option<(NodeId, Change)> {
        let index = endpoint.index();
        self.live[index] = self.live[index].saturating_sub(1);
        if self.live[index] > 0 {
            return None;
        }
        self.in_service -= 1;
        if end == End::Crash {
            self.lose(now, endpoint);
        }
        let wished = matches!(end, End::Left | End::GivenBack);
        Some((endpoint, if wished { Change::Out } else { Change::Dropped }))
    }

    fn lose(&mut self, now: Instant, endpoint: NodeId) {
        let Some(occasion) = self.acting else { return };
        let place = self.losses.iter().position(|loss| loss.occasion == occasion).unwrap_or_else(|| {
            self.losses.push(Loss { occasion, at: now, ..Loss::default() });
            self.losses.len() - 1
        });
        let loss = &mut self.losses[place];
        // A repeat may lose somebody again: back must be earned anew.
        loss.lost.add(endpoint.index());
        loss.back.remove(endpoint.index());
        loss.milestones = [None; 4];
    }
}

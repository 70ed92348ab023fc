//! Calls for a queue: to the agent who has been idle for longest, else they wait, go elsewhere, or are refused.

use crate::event::{Event, QueueEnd};
use crate::layout::Device;
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::Queued;
use crate::pbx::node::Pbx;
use crate::pbx::queues::Agent;
use crate::pbx::routing::Refusal;
use crate::rng::{Purpose, draw, key};
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

/// An agent who did not take a call is left alone for this long.
const AFTER_A_REFUSAL: Duration = Duration::seconds(5);

impl Pbx {
    /// A call comes to a queue.
    pub(super) fn enter_queue(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        queue: u16,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let place = self.exchange.queues.place(queue);
        out.report(Event::QueueEntered { queue });
        if let Some(record) = self.exchange.bridges.get_mut(bridge) {
            record.queued = Some(Queued { queue, place, since: now, agent: None, answered: false });
        }
        if let Some(agent) = self.idle_agent(cluster, queue) {
            return self.call_agent(cluster, now, bridge, agent, out);
        }
        let settings = &cluster.people.queue_settings[usize::from(queue)];
        let agents = &cluster.people.queues[usize::from(queue)].plan.agents;
        if !agents.each().any(|agent| self.devices_of(agent).next().is_some()) {
            return self.overflow(cluster, now, bridge, (480, Reason::NoAgent), out);
        }
        if self.exchange.queues.waiting(queue) >= settings.places as usize {
            return self.overflow(cluster, now, bridge, (486, Reason::QueueFull), out);
        }
        out.report(Event::QueueDelayed { queue });
        self.wait_in_line(cluster, now, bridge, out);
        Ok(())
    }

    /// The caller is told to wait (182, RFC 3261 §21.1.4), at most as long as the queue allows.
    fn wait_in_line(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        let Some(Queued { queue, place, since, .. }) = record.queued else { return };
        let limit = cluster.people.queue_settings[usize::from(queue)].waits_at_most;
        record.limit_at = limit.map_or(Instant::NEVER, |limit| (since + limit).max(now));
        self.exchange.queues.wait(queue, place, since, bridge);
        self.exchange.schedule_bridge(bridge);
        self.tell_caller(now, bridge, 182, Reason::None, out);
    }

    /// No place, no agent, or no patience with it: to where the queue overflows, else it is refused.
    fn overflow(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let queued = self.exchange.bridges.get(bridge).and_then(|record| record.queued);
        let plan = queued.map(|queued| &cluster.people.queues[usize::from(queued.queue)].plan);
        match plan.and_then(|plan| plan.overflow) {
            Some(number) => {
                self.leave_queue(now, bridge, QueueEnd::Overflowed, out);
                self.pass_on(cluster, now, bridge, number, out)
            }
            None => {
                self.leave_queue(now, bridge, QueueEnd::Refused, out);
                Err(refusal)
            }
        }
    }

    /// A call that waits has waited long enough; false if it does not wait in a queue.
    pub(super) fn on_waited_too_long(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        out: &mut Outbox,
    ) -> bool {
        let queued = self.exchange.bridges.get(bridge).and_then(|record| record.queued);
        if queued.is_none_or(|queued| queued.agent.is_some()) {
            return false;
        }
        if let Err(refusal) = self.overflow(cluster, now, bridge, (480, Reason::WaitedTooLong), out) {
            self.turn_away(cluster, now, bridge, refusal, out);
        }
        true
    }

    /// A call has no more to do with its queue.
    pub(super) fn leave_queue(&mut self, now: Instant, bridge: u32, end: QueueEnd, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        let Some(Queued { queue, place, since, answered, .. }) = record.queued.take() else { return };
        record.limit_at = Instant::NEVER;
        if !answered {
            self.exchange.queues.done(queue, place);
            out.report(Event::QueueLeft { queue, waited: now.since(since), end });
        }
    }

    /// An agent has answered.
    pub(super) fn on_agent_answered(&mut self, now: Instant, bridge: u32, out: &mut Outbox) {
        let queued = self.exchange.bridges.get_mut(bridge).and_then(|record| record.queued.as_mut());
        if let Some(queued) = queued {
            queued.answered = true;
            let (queue, place, waited) = (queued.queue, queued.place, now.since(queued.since));
            self.exchange.queues.done(queue, place);
            out.report(Event::QueueLeft { queue, waited, end: QueueEnd::Answered });
        }
    }

    /// The call rings at all devices of an agent.
    fn call_agent(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        agent: Agent,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        if let Some(queued) = self.exchange.bridges.get_mut(bridge).and_then(|record| record.queued.as_mut()) {
            queued.agent = Some(agent);
        }
        let devices: Vec<Aor> = self.devices_of(agent).collect();
        let rings = devices.into_iter().filter(|device| self.call_device(cluster, now, bridge, *device, out)).count();
        if rings > 0 { Ok(()) } else { Err((503, Reason::None)) }
    }

    /// An agent did not take the call: the next one has it, or it waits at the place it had.
    pub(super) fn on_agent_refused(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let Some(queued) = self.exchange.bridges.get_mut(bridge).and_then(|record| record.queued.as_mut()) else {
            return;
        };
        let queue = queued.queue;
        if let Some(agent) = queued.agent.take() {
            self.exchange.queues.rest(agent, now + AFTER_A_REFUSAL);
            self.exchange.schedule_rest();
        }
        match self.idle_agent(cluster, queue) {
            Some(agent) => {
                if let Err(refusal) = self.call_agent(cluster, now, bridge, agent, out) {
                    self.turn_away(cluster, now, bridge, refusal, out);
                }
            }
            None => self.wait_in_line(cluster, now, bridge, out),
        }
    }

    /// Agents whose rest is over.
    pub(super) fn on_rested(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        while let Some(agent) = self.exchange.queues.rested(now) {
            self.on_agent_free(cluster, now, agent, out);
        }
        self.exchange.schedule_rest();
    }

    /// Agents that have registered in this step.
    pub(super) fn on_agents_bound(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        let bound = out.events.iter().filter_map(|event| match *event {
            Event::Bound { endpoint, new: true } => cluster.people.aor(endpoint),
            _ => None,
        });
        for aor in bound.collect::<Vec<_>>() {
            self.on_agent_free(cluster, now, (aor.block, aor.seat), out);
        }
    }

    /// A call is over: whoever was in it may be an agent who is free now, or has something to write up first.
    pub(super) fn free_agents(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        served: Option<Queued>,
        out: &mut Outbox,
    ) {
        for agent in self.users_of(cluster, bridge) {
            self.free_agent(cluster, now, agent, served, out);
        }
    }

    /// An agent is free now, or has something to write up first.
    pub(super) fn free_agent(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        agent: Agent,
        served: Option<Queued>,
        out: &mut Outbox,
    ) {
        let served = served.filter(|queued| queued.agent == Some(agent));
        let wrap_up = served.map_or(Duration::ZERO, |queued| wrap_up(cluster, &queued));
        if wrap_up > Duration::ZERO {
            self.exchange.queues.rest(agent, now + wrap_up);
            self.exchange.schedule_rest();
        } else {
            self.on_agent_free(cluster, now, agent, out);
        }
    }

    /// Users of this PBX in a call who are agents of some queue.
    fn users_of(&self, cluster: &Cluster, bridge: u32) -> Vec<Agent> {
        let Some(record) = self.exchange.bridges.get(bridge) else { return Vec::new() };
        let legs = record.called.iter().copied().chain([record.caller]);
        let devices = legs.filter_map(|leg| self.exchange.legs.get(leg)).map(|record| record.device);
        let users = devices.filter_map(|device| cluster.people.aor(device)).map(|aor| (aor.block, aor.seat));
        let mut users: Vec<Agent> = users.filter(|agent| cluster.people.agents.contains_key(agent)).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    /// An agent may be free: the next caller, or idle from now on.
    fn on_agent_free(&mut self, cluster: &Cluster, now: Instant, agent: Agent, out: &mut Outbox) {
        let Some(queues) = cluster.people.agents.get(&agent).filter(|_| self.is_free(agent, cluster)) else { return };
        if let Some(bridge) = self.exchange.queues.next(queues) {
            queues.iter().for_each(|queue| self.exchange.queues.busy(*queue, agent));
            if let Err(refusal) = self.call_agent(cluster, now, bridge, agent, out) {
                self.turn_away(cluster, now, bridge, refusal, out);
            }
            return;
        }
        queues.iter().for_each(|queue| self.exchange.queues.idle(*queue, agent, now));
    }

    /// The agent of a queue that has been idle for longest.
    fn idle_agent(&mut self, cluster: &Cluster, queue: u16) -> Option<Agent> {
        while let Some(agent) = self.exchange.queues.pick(queue) {
            if self.is_free(agent, cluster) {
                return Some(agent);
            }
        }
        None
    }

    /// Whether an agent is signed in here, in no call, and not at rest.
    fn is_free(&self, agent: Agent, cluster: &Cluster) -> bool {
        let mut devices = self.devices_of(agent).map(|device| Self::endpoint(device, cluster)).peekable();
        devices.peek().is_some() && !self.exchange.queues.rests(agent) && devices.all(|device| !self.is_talking(device))
    }

    fn is_talking(&self, device: NodeId) -> bool {
        let legs = self.exchange.of_device(device).into_iter().filter_map(|leg| self.exchange.legs.get(leg));
        let bridges = legs.filter(|record| !record.leg.withdrawn && !record.leg.is_over()).map(|record| record.bridge);
        bridges.filter_map(|bridge| self.exchange.bridges.get(bridge)).any(|bridge| !bridge.closed)
    }

    /// The devices of a user that are registered here.
    pub(super) fn devices_of(&self, (block, seat): Agent) -> impl Iterator<Item = Aor> + '_ {
        let object = Aor { block, device: Device::DeskPhone, seat };
        self.bindings.bound_devices(object).map(move |device| Aor { device, ..object })
    }
}

/// What an agent does after a call of a queue.
fn wrap_up(cluster: &Cluster, served: &Queued) -> Duration {
    let (settings, facts) = (&cluster.people.queue_settings, &cluster.people.queues);
    let bits = draw(key(facts[usize::from(served.queue)].stream, Purpose::WrapUp), served.place as u32);
    settings[usize::from(served.queue)].wrap_up.sample(bits)
}

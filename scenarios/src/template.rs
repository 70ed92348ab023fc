//! The scenarios that come with pbxsim: each runs, and each is a start for one's own.

/// A scenario to start from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Template {
    /// Word of the command line: `rush`.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

impl Template {
    /// All, the best to start with first.
    pub const ALL: &'static [Self] = &[
        Self { name: "rush", text: include_str!("../library/rush.yaml") },
        Self { name: "master-crash", text: include_str!("../library/master-crash.yaml") },
        Self { name: "hot-desk", text: include_str!("../library/hot-desk.yaml") },
        Self { name: "operator-shift", text: include_str!("../library/operator-shift.yaml") },
        Self { name: "ten-sites", text: include_str!("../library/ten-sites.yaml") },
        Self { name: "port-exhaustion", text: include_str!("../library/port-exhaustion.yaml") },
        Self { name: "wan-partition", text: include_str!("../library/wan-partition.yaml") },
        Self { name: "register-storm", text: include_str!("../library/register-storm.yaml") },
        Self { name: "manhattan-reboot", text: include_str!("../library/manhattan-reboot.yaml") },
        Self { name: "chaos-soak", text: include_str!("../library/chaos-soak.yaml") },
        Self { name: "upgrade-day", text: include_str!("../library/upgrade-day.yaml") },
        Self { name: "trunk", text: include_str!("../library/trunk.yaml") },
        Self { name: "registration-rate", text: include_str!("../library/registration-rate.yaml") },
        Self { name: "busy-hour", text: include_str!("../library/busy-hour.yaml") },
        Self { name: "webrtc-channels", text: include_str!("../library/webrtc-channels.yaml") },
        Self { name: "million", text: include_str!("../library/million.yaml") },
    ];

    /// The template of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.name == name)
    }

    /// What it shows: its first comment, without the signs.
    pub fn about(&self) -> String {
        let comment = self.text.lines().map_while(|line| line.strip_prefix('#'));
        comment.map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_says_what_it_shows() {
        for template in Template::ALL {
            assert!(template.about().len() > 80, "{}", template.name);
        }
        assert!(Template::named("hot-desk").is_some_and(|template| template.about().starts_with("100 people share")));
    }
}

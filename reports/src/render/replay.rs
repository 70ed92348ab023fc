//! The command that runs one seed of a result again.

use crate::result::Header;
use crate::shell::quoted;

/// The command that runs this seed again.
pub(crate) fn replay(header: &Header, seed: u64) -> String {
    format!("{} --seed {seed}", command("run", header))
}

/// A verb with what was run: file, overrides, variant.
pub(crate) fn command(verb: &str, header: &Header) -> String {
    let mut command = format!("pbxsim {verb} {}", quoted(&header.file));
    for set in &header.overrides {
        command.push_str(&format!(" --set {}", quoted(set)));
    }
    if let Some(variant) = &header.variant {
        command.push_str(&format!(" --variant {}", quoted(variant)));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_replay_survives_a_shell() {
        let header = Header {
            file: "my rush.yaml".to_owned(),
            overrides: vec!["lasts=5 min".to_owned(), "seed=1".to_owned()],
            variant: Some("it's".to_owned()),
            ..Header::default()
        };
        let command = replay(&header, 7);
        assert_eq!(command, r"pbxsim run 'my rush.yaml' --set 'lasts=5 min' --set seed=1 --variant 'it'\''s' --seed 7");
    }
}

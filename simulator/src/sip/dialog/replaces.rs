//! INVITE with Replaces: one call takes the place of another (RFC 3891).

use crate::sip::dialog::record::{Dialog, DialogState};

/// The dialog to be replaced, by its tags as its holder sees them, since Call-ID and tags are one number here. 12 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Replaces {
    /// `to-tag`: the tag of whom the INVITE reaches.
    pub local_tag: u32,
    /// `from-tag`: the tag of the other side.
    pub remote_tag: u32,
    /// `early-only`: not once it is answered.
    pub early_only: bool,
}

/// How the dialog that is replaced comes to its end, once the new INVITE is answered 200.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replaced {
    /// By BYE.
    HangUp,
    /// By CANCEL: it was our call, and it rings.
    Cancel,
}

impl Replaces {
    /// What is asked with a REFER or INVITE to `dialog`'s other side, in whose eyes the tags are the other way round.
    pub fn of(dialog: &Dialog) -> Self {
        Self { local_tag: dialog.remote_tag(), remote_tag: dialog.local_tag(), early_only: false }
    }

    /// Which of our dialogs is meant and how it ends (§3).
    ///
    /// # Errors
    /// The status to answer: 481 for none, or for one that rings at us; 486 for one that is answered already though only an
    /// early one is wanted; 603 for one that is over.
    pub fn choose<'a>(&self, dialogs: impl IntoIterator<Item = &'a Dialog>) -> Result<(usize, Replaced), u16> {
        let named = |dialog: &Dialog| (dialog.local_tag(), dialog.remote_tag()) == (self.local_tag, self.remote_tag);
        let mut meant = dialogs.into_iter().enumerate().filter(|(_, dialog)| named(dialog));
        let (Some((place, dialog)), None) = (meant.next(), meant.next()) else {
            return Err(481);
        };
        match dialog.state() {
            DialogState::Ended => Err(603),
            DialogState::Confirmed if self.early_only => Err(486),
            DialogState::Confirmed => Ok((place, Replaced::HangUp)),
            DialogState::Early if dialog.owns_call_id() => Ok((place, Replaced::Cancel)),
            DialogState::Early | DialogState::Unborn => Err(481),
        }
    }
}

//! Calls as their parties see them: one leg is one party's side of an INVITE and of the dialog it makes.

pub mod leg;

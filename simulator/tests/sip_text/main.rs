//! SIP's text against those who know better: the torture messages of RFC 4475 and 5118, the call flows of RFC 3665 and
//! 3261, digest vectors, an independent parser, a torture set of our own; as datagrams and as streams cut anywhere.

mod answers;
mod corpora;
mod cuts;
mod digest;
mod independent;
mod mutations;
mod outcome;
mod rewrites;
mod torture;

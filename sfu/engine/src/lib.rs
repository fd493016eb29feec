// SPDX-License-Identifier: Apache-2.0
//! The packet engine. `README.md` beside this crate is the map.
#![deny(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod bytes;
pub mod clip;
pub mod codec;
pub mod command;
pub mod counters;
pub mod digits;
pub mod engine;
pub mod event;
pub mod handle;
#[cfg(test)]
mod hostile;
pub mod incoming;
pub mod jitter;
pub mod leg;
pub mod listening;
pub mod mixing;
pub mod net;
pub mod ogg;
pub mod outgoing;
pub mod peer;
pub mod plain;
#[cfg(feature = "python")]
mod python;
pub mod recorder;
pub mod rtcp;
pub mod rtp;
pub mod srtp;
pub mod stun;
pub mod tone;

/// The beat of everything that is made and not passed: what a telephone packet holds.
pub const TICK_MS: u32 = 20;
pub const TICKS_PER_SECOND: u32 = 1000 / TICK_MS;

/// SHA-256 over the sources this library was built from (`build.rs`).
pub const DIGEST: &str = env!("HEADCALL_ENGINE_DIGEST");

//! Identity: whose event it is, and what is one person's under several names. Off by default, and then nothing of it is asked.

pub mod block_list;
pub mod hear;
pub mod held;
pub mod id;
pub mod linking;
pub mod links;
pub mod merge;
pub mod message;
pub mod naming;
pub mod normal;
pub mod receive;
pub mod record;
pub mod route;
pub mod rules;
pub mod said;
pub mod secret;
pub mod settings;
pub mod tell;
pub mod types;

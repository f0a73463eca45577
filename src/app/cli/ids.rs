//! The commands about ids.

use super::settings::SettingsArgs;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// Print the id that a value of a type stands for, as keys and outputs have it: in its one form, hashed where that is set
    Name(IdentityNameArgs),
    /// Say whom an id stands for, and which ids a prospect has, as the committed state has it; needs the brokers, and writes nothing
    Show(IdentityShowArgs),
    /// Make ids nobody's: no router and no task uses them any more
    Block(IdentityBlockArgs),
    /// Make ids somebody's again, whoever blocked them
    Unblock(IdentityBlockArgs),
}

/// `identity show`.
#[derive(Debug, Clone, Args)]
pub struct IdentityShowArgs {
    /// The id, as keys and outputs have it: `42`, `email:…`, `anon:v-1`. A plain address is hashed as the settings say
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    pub id: String,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `identity block`, `identity unblock`.
#[derive(Debug, Clone, Args)]
pub struct IdentityBlockArgs {
    /// Ids, as keys and outputs have them: `42`, `email:…`, `anon:v-1`. A plain address is hashed as the settings say
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `identity name`.
#[derive(Debug, Clone, Args)]
pub struct IdentityNameArgs {
    /// The type of the id: `user`, `email`, `phone`, `anon`, `cart`, or one of `identity.types`
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// The value, as an event says it: an address, a number, a hash of either, …
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

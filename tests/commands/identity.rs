//! `identity name`.

use super::program::{code, leadstream, run, stderr, stdout, succeed, succeeded, write};

const SECRET: &str = "0123456789abcdef-secret";
/// Of ada@mail.example: HMAC-SHA256 with that secret of its SHA-256, the first half, by Python's hmac and hashlib.
const ADA: &str = "email:c257ae322dcd80631b25a2a2b99e00ae\n";

#[test]
fn a_value_is_printed_as_keys_and_outputs_have_it() {
    for (kind, value, want) in [
        ("user", "42", "42\n"),
        ("user", "email:x", "user:email:x\n"),
        ("anon", " v-1 ", "anon:v-1\n"),
        ("cart", "-7", "cart:-7\n"),
    ] {
        assert_eq!(stdout(&succeed(&["identity", "name", kind, value])), want);
    }
    let plain = ["identity", "name", "email", "Ada@BÜCHER.example", "--set", "identity.hash=[]"];
    assert_eq!(stdout(&succeed(&plain)), "email:ada@xn--bcher-kva.example\n");
    let plain = ["identity", "name", "phone", "+49 (0)30 901820", "--set", "identity.hash=[]"];
    assert_eq!(stdout(&succeed(&plain)), "phone:+4930901820\n");
    let options =
        ["identity", "name", "email", "a.da+x@gmail.com", "--set", "identity.hash=[]", "--set", "identity.strip_plus=true"];
    assert_eq!(stdout(&succeed(&options)), "email:a.da@gmail.com\n");
    let dots = [&options[..], &["--set", "identity.gmail_dots=true"]].concat();
    assert_eq!(stdout(&succeed(&dots)), "email:ada@gmail.com\n");
}

#[test]
fn an_address_and_its_hash_have_one_id_by_the_secret_of_a_file_or_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let secret = write(folder.path(), "secret", &format!("{SECRET}\n"));
    let set = format!("identity.secret_file={secret}");
    for value in ["Ada@mail.example", "5b48ec4e1914e24663c2fe34b93e3e93062530ae5f5c7ea128cfe9a08bdbcc85"] {
        assert_eq!(stdout(&succeed(&["identity", "name", "email", value, "--set", &set])), ADA);
    }
    let mut by_environment = leadstream(&["identity", "name", "email", "Ada@mail.example"]);
    assert_eq!(stdout(&succeeded(by_environment.env("LEADSTREAM__IDENTITY__SECRET", SECRET))), ADA);
}

#[test]
fn types_of_ones_own_have_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "leadstream.toml",
        "[identity.types]\ncrm = { rank = 2, class = \"exclusive\" }\nemail = { rank = 3 }\n",
    );
    assert_eq!(stdout(&succeed(&["identity", "name", "crm", "7", "--config", &file])), "crm:7\n");
    assert_eq!(stdout(&succeed(&["identity", "name", "user", "crm:7", "--config", &file])), "user:crm:7\n");
    assert_eq!(stdout(&succeed(&["identity", "name", "user", "crm:7"])), "crm:7\n", "unless it is none");
}

/// Exit code, and what is said.
fn refused(arguments: &[&str]) -> (i32, String) {
    let output = run(&[&["identity", "name"], arguments].concat());
    assert_eq!(stdout(&output), "");
    (code(&output), stderr(&output).trim_end().to_owned())
}

#[test]
fn what_is_no_id_is_refused_with_why_and_what_to_do() {
    let long = "x".repeat(201);
    let block = ["--set", "identity.block=office@shop.example,kiosk-7", "--set", "identity.block_patterns=^till-"];
    let plain = ["--set", "identity.hash=[]"];
    for (arguments, says) in [
        (
            vec!["user", "undefined"],
            "\"undefined\" is no id of type user: it says of nobody who it is: a word, a template or a number that stands for everybody; events are known by their other ids then",
        ),
        (vec!["user", &long], "it has 201 bytes, and an id has at most 200; let the source send a shorter one"),
        (
            [&["anon", "KIOSK-7"][..], &block].concat(),
            "it is blocked by a word of the settings (identity.block); take it out there if it is somebody's",
        ),
        (
            [&["anon", "till-3"][..], &block].concat(),
            "it is blocked by the expression \"^till-\" of the settings (identity.block_patterns); make that narrower",
        ),
        (
            [&["email", "noreply@shop.example"][..], &plain].concat(),
            "it is no address that one person reads: it wants a name, `@` and a domain with a dot",
        ),
        (
            [&["phone", "030 901820"][..], &plain].concat(),
            "it is no telephone number with its country: it begins with `+` or `00`",
        ),
    ] {
        let (code, said) = refused(&arguments);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn an_unknown_type_and_a_missing_secret_are_bad_usage() {
    let (code, said) = refused(&["mail", "ada@mail.example"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("unknown type of ids \"mail\": did you mean \"email\"? (types of your own are set by identity.types)"),
        "{said}"
    );
    let (code, said) = refused(&["fingerprint", "f-1"]);
    assert_eq!(code, 2);
    assert!(said.contains("known are \"user\", \"email\", \"phone\", \"anon\", \"cart\""), "{said}");
    let (code, said) = refused(&["email", "ada@mail.example"]);
    assert_eq!(code, 2);
    assert!(said.contains("ids of type email are hashed, and there is no secret: set identity.secret_file"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let short = write(folder.path(), "secret", "hush\n");
    let (code, said) = refused(&["email", "ada@mail.example", "--set", &format!("identity.secret_file={short}")]);
    assert_eq!(code, 2);
    assert!(said.contains("has 4 bytes, and needs at least 16") && !said.contains("hush"), "{said}");
    let (code, said) = refused(&["email", "ada@mail.example", "--set", "identity.secret_file=/no/such/file"]);
    assert_eq!(code, 1);
    assert!(said.contains("identity.secret_file /no/such/file can't be read"), "{said}");
}

/// Exit code, and what is said.
fn refused_command(arguments: &[&str]) -> (i32, String) {
    let output = run(&[&["identity"], arguments].concat());
    assert_eq!(stdout(&output), "");
    (code(&output), stderr(&output).trim_end().to_owned())
}

#[test]
fn show_block_and_unblock_need_identity_and_an_id_and_say_so_before_any_broker_is_asked() {
    for command in ["show", "block", "unblock"] {
        let (code, said) = refused_command(&[command, "42"]);
        assert!(code == 2 && said.contains("identity.enabled is false in these settings"), "{command}: {code}: {said}");
        assert!(said.contains("--set identity.enabled=true"), "what to do: {said}");
        let on = ["--set", "identity.enabled=true", "--set", "identity.hash=[]"];
        let (code, said) = refused_command(&[&[command, "email:"], &on[..]].concat());
        assert!(code == 2 && said.contains("\"email:\" is no id: it is empty"), "{command}: {code}: {said}");
        let (code, said) = refused_command(&[command]);
        assert!(code == 2 && said.contains("required"), "{command}: {code}: {said}");
    }
}

#[test]
fn a_plain_address_of_a_hashed_type_is_never_written_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let secret = write(folder.path(), "secret", SECRET);
    let set = [format!("identity.secret_file={secret}"), "identity.enabled=true".to_owned()];
    let with = |id: &str| refused_command(&["block", id, "--set", &set[0], "--set", &set[1]]);
    for id in ["email:nonsense", "email:email:x"] {
        let (code, said) = with(id);
        assert!(code == 2 && said.contains(&format!("{id:?} is no id of type email")), "{code}: {said}");
    }
}

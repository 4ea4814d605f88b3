//! The command line, in heFFTe's words.

use clap::Parser;
use clap::error::ErrorKind;
use heffte::geometry::Box3d;
use heffte::{BackendKind, Participants, PlanOptions, Transport};
use regex::Regex;

use super::library::Library;
use super::{Kind, usage};

/// What a command line asks for.
#[derive(Debug)]
pub enum Request {
    /// The usage text, behind a complaint if there is something to complain about.
    Usage { complaint: Option<String> },
    /// A message, for arguments that cannot be used.
    Refuse(String),
    /// A measurement.
    Run(Box<Problem>),
}

/// `float` or `double`; the variants with a longer index type of heFFTe mean the same here, where every index is long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision {
    /// Whether it is `double`.
    pub is_double: bool,
}

impl Precision {
    /// The greatest deviation that passes.
    pub fn tolerance(self) -> f64 {
        if self.is_double { 1e-11 } else { 5e-4 }
    }
}

/// What is to be measured.
#[derive(Debug)]
pub struct Problem {
    pub kind: Kind,
    pub library: Library,
    pub precision: Precision,
    pub size: [i64; 3],
    pub options: PlanOptions,
    pub io_pencils: bool,
    pub ingrid: Option<[i64; 3]>,
    pub outgrid: Option<[i64; 3]>,
    pub batch: usize,
    pub r2c_direction: i64,
    pub runs: usize,
    pub check_error: bool,
    pub is_traced: bool,
    /// Whether ranks work on a device each, as far as there are so many.
    pub shares_devices: bool,
}

impl Problem {
    /// What heFFTe's programs call the files of a trace.
    pub fn trace_root(&self) -> String {
        let [nx, ny, nz] = self.size;
        let precision = if self.precision.is_double { "double" } else { "float" };
        format!("./{}_{}_{precision}{nx}_{ny}_{nz}", self.kind.program(), self.library.name)
    }
}

/// The command line, once each `-word` has become a `--word`. Of two flags that exclude each other the last one counts.
#[derive(Parser, Debug)]
#[command(disable_help_flag = true, disable_version_flag = true, no_binary_name = true, args_override_self = true)]
struct Flags {
    #[arg(allow_negative_numbers = true)]
    positional: Vec<String>,
    #[arg(long, overrides_with = "no_reorder")]
    reorder: bool,
    #[arg(long, overrides_with = "reorder")]
    no_reorder: bool,
    #[arg(long, overrides_with_all = ["a2av", "p2p", "p2p_pl"])]
    a2a: bool,
    #[arg(long, overrides_with_all = ["a2a", "p2p", "p2p_pl"])]
    a2av: bool,
    #[arg(long, overrides_with_all = ["a2a", "a2av", "p2p_pl"])]
    p2p: bool,
    #[arg(long = "p2p_pl", overrides_with_all = ["a2a", "a2av", "p2p"])]
    p2p_pl: bool,
    #[arg(long, overrides_with = "slabs")]
    pencils: bool,
    #[arg(long, overrides_with = "pencils")]
    slabs: bool,
    #[arg(long, overrides_with = "no_shared_memory")]
    shared_memory: bool,
    #[arg(long, overrides_with = "shared_memory")]
    no_shared_memory: bool,
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    #[arg(long)]
    no_gpu_aware: bool,
    #[arg(long)]
    mps: bool,
    #[arg(long = "io_pencils")]
    io_pencils: bool,
    #[arg(long, num_args = 3, value_parser = clap::value_parser!(i64).range(1..))]
    ingrid: Option<Vec<i64>>,
    #[arg(long, num_args = 3, value_parser = clap::value_parser!(i64).range(1..))]
    outgrid: Option<Vec<i64>>,
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    subcomm: Option<i64>,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    #[arg(long = "r2c_dir", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..3))]
    r2c_dir: i64,
    #[arg(long, default_value_t = 5)]
    nruns: u32,
    #[arg(long)]
    no_error: bool,
    #[arg(long)]
    trace: bool,
    #[arg(long)]
    help: bool,
}

/// The command line in the form that the library for command lines reads.
fn translated(words: impl Iterator<Item = String>) -> Vec<String> {
    let runs = Regex::new(r"^-n(?:(1|5|10|50)|runs(\d+))$").expect("the pattern is sound");
    let word = Regex::new(r"^-[A-Za-z]").expect("the pattern is sound");
    words
        .map(|given| match runs.captures(&given) {
            Some(found) => {
                let count = found.get(1).or(found.get(2)).map_or("", |count| count.as_str());
                format!("--nruns={count}")
            }
            None if given == "-h" => "--help".to_owned(),
            None if word.is_match(&given) => format!("-{given}"),
            None => given,
        })
        .collect()
}

/// Reads the command line without the program's name.
pub fn parse(kind: Kind, words: impl Iterator<Item = String>) -> Request {
    let words = translated(words);
    if words.is_empty() {
        return Request::Usage { complaint: None };
    }
    let flags = match Flags::try_parse_from(&words) {
        Ok(flags) if flags.help => return Request::Usage { complaint: None },
        Ok(flags) => flags,
        Err(error) => return Request::Usage { complaint: Some(complaint(&error)) },
    };
    if kind != Kind::R2c && words.iter().any(|word| word.starts_with("--r2c_dir")) {
        return Request::Usage { complaint: Some("-r2c_dir is for speed3d_r2c\n\n".to_owned()) };
    }
    match problem(kind, &flags) {
        Ok(problem) => Request::Run(Box::new(problem)),
        Err(request) => request,
    }
}

/// The library's complaint in the words that were typed: its first line, with single dashes.
fn complaint(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or("error: wrong arguments");
    let line = line.replace("'--", "'-");
    match error.kind() {
        ErrorKind::UnknownArgument => format!("{}\n\n", line.replace("unexpected argument", "unknown option")),
        _ => format!("{line}\n\n"),
    }
}

fn problem(kind: Kind, flags: &Flags) -> Result<Problem, Request> {
    let [backend, precision, nx, ny, nz] = flags.positional.as_slice() else {
        let given = flags.positional.len();
        let complaint = format!("error: {given} of the 5 arguments without a dash are there\n\n");
        return Err(Request::Usage { complaint: Some(complaint) });
    };
    let precision = precision_named(precision).map_err(Request::Refuse)?;
    let size = sizes([nx, ny, nz]).map_err(Request::Refuse)?;
    let library = library_named(kind, backend).map_err(Request::Refuse)?;
    let triple = |grid: &Option<Vec<i64>>| grid.as_deref().and_then(|grid| grid.try_into().ok());
    Ok(Problem {
        kind,
        precision,
        size,
        options: options(library.backend, flags),
        library,
        io_pencils: flags.io_pencils,
        ingrid: triple(&flags.ingrid),
        outgrid: triple(&flags.outgrid),
        batch: flags.batch as usize,
        r2c_direction: flags.r2c_dir,
        runs: flags.nruns as usize,
        check_error: !flags.no_error,
        is_traced: flags.trace,
        shares_devices: flags.mps,
    })
}

/// What the flags change in the backend's default options. A flag for a new option is a field above and a line here.
fn options(backend: BackendKind, flags: &Flags) -> PlanOptions {
    let default = PlanOptions::for_backend(backend);
    let choose = |yes: bool, no: bool, otherwise: bool| if yes || no { yes } else { otherwise };
    let transports = [
        (flags.a2a, Transport::Alltoall),
        (flags.a2av, Transport::Alltoallv),
        (flags.p2p, Transport::P2p),
        (flags.p2p_pl, Transport::P2pPlined),
    ];
    let transport = transports.into_iter().find_map(|(is_given, transport)| is_given.then_some(transport));
    PlanOptions {
        use_reorder: choose(flags.reorder, flags.no_reorder, default.use_reorder),
        transport: transport.unwrap_or(default.transport),
        use_pencils: choose(flags.pencils, flags.slabs, default.use_pencils),
        use_gpu_aware: !flags.no_gpu_aware,
        participants: flags.subcomm.map_or(Participants::All, Participants::First),
        use_shared_memory: choose(flags.shared_memory, flags.no_shared_memory, default.use_shared_memory),
        threads: flags.threads.map_or(default.threads, usize::from),
        ..default
    }
}

fn precision_named(name: &str) -> Result<Precision, String> {
    match name {
        "float" | "float-long" => Ok(Precision { is_double: false }),
        "double" | "double-long" => Ok(Precision { is_double: true }),
        _ => Err("Invalid precision!\nMust use float or double\n".to_owned()),
    }
}

fn sizes(given: [&String; 3]) -> Result<[i64; 3], String> {
    let refuse =
        |reason: String| format!("Cannot convert the sizes into positive integers!\nEncountered error: {reason}\n");
    let mut size = [0; 3];
    for (slot, text) in size.iter_mut().zip(given) {
        *slot = text.parse().map_err(|error| refuse(format!("{text}: {error}")))?;
        if *slot < 1 {
            return Err(refuse(format!("{text} is not positive")));
        }
    }
    Box3d::of_size(size).checked("size").map(|_| size).map_err(|error| refuse(error.to_string()))
}

fn library_named(kind: Kind, name: &str) -> Result<Library, String> {
    Library::all(kind)
        .find(|library| library.name == name)
        .ok_or_else(|| format!("Invalid backend {name}\nThe available backends are: {}\n", usage::backends(kind)))
}

#[cfg(test)]
mod tests {
    use heffte::BackendKind;

    use super::*;

    /// The backends of this build as messages list them, each with all these ends.
    fn available(ends: &[&str]) -> String {
        let all = [
            (BackendKind::Stock, "stock"),
            (BackendKind::Fftw, "fftw"),
            (BackendKind::Mkl, "mkl"),
            (BackendKind::Cufft, "cufft"),
            (BackendKind::Rocfft, "rocfft"),
        ];
        let built = all.into_iter().filter(|(kind, _)| kind.check_built().is_ok());
        built.flat_map(|(_, name)| ends.iter().map(move |end| name.to_owned() + end)).collect::<Vec<_>>().join(" ")
    }

    fn request(kind: Kind, line: &str) -> Request {
        parse(kind, line.split_whitespace().map(str::to_owned))
    }

    fn accepted(kind: Kind, options: &str) -> Problem {
        match request(kind, &format!("stock double 8 9 10 {options}")) {
            Request::Run(problem) => *problem,
            other => panic!("{options}: {other:?}"),
        }
    }

    fn refused(line: &str) -> String {
        match request(Kind::C2c, line) {
            Request::Refuse(message) => message,
            Request::Usage { complaint: Some(complaint) } => complaint,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn defaults_are_those_of_the_backend() {
        let problem = accepted(Kind::R2c, "");
        assert_eq!(problem.options, PlanOptions::for_backend(BackendKind::Stock));
        assert_eq!((problem.size, problem.batch, problem.runs, problem.r2c_direction), ([8, 9, 10], 1, 5, 0));
        assert!(problem.check_error && problem.precision.is_double && !problem.io_pencils);
    }

    #[test]
    fn of_two_flags_that_exclude_each_other_the_last_counts() {
        let cases = [
            ("-a2a -p2p", Transport::P2p),
            ("-p2p -a2a", Transport::Alltoall),
            ("-p2p -p2p_pl -p2p_pl", Transport::P2pPlined),
            ("-p2p -a2av", Transport::Alltoallv),
        ];
        for (flags, transport) in cases {
            assert_eq!(accepted(Kind::C2c, flags).options.transport, transport, "{flags}");
        }
        let problem = accepted(Kind::C2c, "-slabs -pencils -reorder -no-reorder -shared-memory -no-shared-memory");
        assert!(problem.options.use_pencils && !problem.options.use_reorder && !problem.options.use_shared_memory);
        assert!(!accepted(Kind::C2c, "-pencils -slabs").options.use_pencils);
    }

    #[test]
    fn repetitions_are_glued_to_their_flag() {
        for (flag, runs) in [("-n1", 1), ("-n10", 10), ("-n50", 50), ("-nruns7", 7), ("-nruns0", 0), ("-n50 -n5", 5)] {
            assert_eq!(accepted(Kind::C2c, flag).runs, runs, "{flag}");
        }
    }

    #[test]
    fn options_with_values_are_read() {
        let line = "-ingrid 1 2 3 -outgrid 3 2 1 -subcomm 2 -threads 3 -batch 4 -r2c_dir 2 -io_pencils -mps -no-gpu-aware -no-error";
        let problem = accepted(Kind::R2c, line);
        assert_eq!((problem.ingrid, problem.outgrid), (Some([1, 2, 3]), Some([3, 2, 1])));
        assert_eq!((problem.options.participants, problem.options.threads), (Participants::First(2), 3));
        assert_eq!((problem.batch, problem.r2c_direction), (4, 2));
        assert!(problem.io_pencils && !problem.check_error && !problem.options.use_gpu_aware && problem.shares_devices);
    }

    #[test]
    fn a_trace_is_named_after_the_problem() {
        let problem = accepted(Kind::R2c, "-trace");
        assert!(problem.is_traced && !accepted(Kind::R2c, "").is_traced);
        assert_eq!(problem.trace_root(), "./speed3d_r2c_stock_double8_9_10");
    }

    #[test]
    fn flags_may_come_first() {
        let Request::Run(problem) = request(Kind::C2c, "-p2p stock -n1 float-long 4 4 4") else { panic!("refused") };
        assert_eq!((problem.options.transport, problem.runs), (Transport::P2p, 1));
        assert!(!problem.precision.is_double);
    }

    #[test]
    fn wrong_values_get_the_documented_messages() {
        assert_eq!(refused("stock quad 8 8 8"), "Invalid precision!\nMust use float or double\n");
        let backends = available(&[""]);
        assert_eq!(
            refused("onemkl double 8 8 8"),
            format!("Invalid backend onemkl\nThe available backends are: {backends} auto\n")
        );
        for sizes in ["8 x 8", "0 8 8", "8 -8 8", "99999999999999999999 1 1", "1000000 1000000 1000000"] {
            let message = refused(&format!("stock double {sizes}"));
            let begin = "Cannot convert the sizes into positive integers!\nEncountered error: ";
            assert!(message.starts_with(begin) && message.ends_with('\n'), "{message}");
        }
    }

    #[test]
    fn wrong_flags_are_named_as_they_were_typed() {
        assert_eq!(refused("stock double 8 8 8 -p2pl"), "error: unknown option '-p2pl' found\n\n");
        for flags in
            ["-n7", "-nruns", "-nruns-3", "-batch 0", "-batch", "-ingrid 1 2", "-subcomm 0", "-r2c_dir 1", "-r2c_dir 3"]
        {
            let complaint = refused(&format!("stock double 8 8 8 {flags}"));
            assert!(complaint.contains(flags.split(' ').next().unwrap_or_default()), "{flags}: {complaint}");
        }
    }

    #[test]
    fn cosines_and_sines_have_backends_of_their_own() {
        let Request::Run(problem) = request(Kind::R2r, "stock-sin1 double 4 4 4") else { panic!("refused") };
        assert_eq!((problem.library.axis.name(), &*problem.library.full_name), ("sin1", "stock-sin-type-I"));
        let Request::Refuse(message) = request(Kind::R2r, "stock double 4 4 4") else { panic!("accepted") };
        let backends = available(&["-cos", "-sin", "-cos1", "-sin1"]);
        assert_eq!(message, format!("Invalid backend stock\nThe available backends are: {backends}\n"));
    }

    #[test]
    fn usage_is_shown_without_complaint_only_where_it_was_asked_for() {
        for line in ["", "-h", "-help", "--help"] {
            assert!(matches!(request(Kind::C2c, line), Request::Usage { complaint: None }), "{line}");
        }
        assert!(matches!(request(Kind::C2c, "stock double 8"), Request::Usage { complaint: Some(_) }));
        assert!(matches!(request(Kind::C2c, "stock double 8 8 8 8"), Request::Usage { complaint: Some(_) }));
    }
}

//! One side of a playground on a VM.

use std::rc::Rc;

use airlock_core::peers::{NEWS_INSTRUCTIONS, PARENT, Peers, is_awaited, may_tell, take_news};
use airlock_core::{Charge, Core, Host, Phase, StackSwitch, peers};
use airlock_link::{Adapter, Limits, Playground};
use airlock_protocol::{Ending, Failure, PlacedProblem, Problem, Side, SideReport, Waits};
use airlock_stdlib::{
    LIBRARY_FOLDER, Library, MemoryFiles, Program, ProgramContext, SharedFiles,
    StandardEnvironment, exit_status, start, start_program,
};
use airlock_trace::{EventKind, LaneKind, LaneState, Mark, Recorder};
use airlock_vm::{CompileMode, Environment, Exit, Halt, Kind, SourceError, Stream, Vm, VmLimits};

use crate::clock::VirtualClock;
use crate::outcome::{RunReport, SideError, SideOutcome, run_report};
use crate::packages::{PACKAGES_FOLDER, Packages, WithPackages};
use crate::peers::VirtualPeers;
use crate::profile::CostProfile;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// The slice is spent; poll again.
    Working,
    /// Nothing can run before this time (nanoseconds of the run's clock) or,
    /// without one, before an event from outside. `blocking`: the program
    /// holds its thread meanwhile.
    Waiting {
        deadline_nanos: Option<u64>,
        blocking: bool,
    },
    /// Only on a host that can: what to do with the stack that polls.
    Switching(StackSwitch),
    Ended,
}

/// Where the playground's two programs lie for imports.
const FOLDER: &str = "/playground";

pub struct Session {
    vm: Vm,
    side: Side,
    adapter: Adapter,
    /// The host lets time pass.
    waiting: bool,
    ending: Option<Ending>,
    explanation: String,
    problem: Option<PlacedProblem>,
    events_read: Mark,
    exit_status: i32,
    /// Serves the session that started it.
    is_peer: bool,
    /// When to look for news next, in instructions.
    next_news: u64,
}

/// A VM that has loaded what every peer needs, for a peer of any playground
/// that [`Prepared::fits`].
pub struct Prepared {
    vm: Vm,
    adapter: Adapter,
    seed: u64,
}

impl Prepared {
    /// For the adapter whose first call finds it ready. `host` is another's
    /// place until there is a playground.
    pub fn new(host: Box<dyn Host>, library: Library) -> Prepared {
        let playground = Playground {
            adapter: Adapter::Thread,
            ..Playground::default()
        };
        let files = SharedFiles::new(MemoryFiles::default());
        let environment = environment(&playground, library, files.clone());
        Prepared {
            vm: loaded(environment, &playground, host, files),
            adapter: playground.adapter,
            seed: playground.seed,
        }
    }

    /// Whether nothing that was loaded would be otherwise.
    pub fn fits(&self, playground: &Playground) -> bool {
        (self.adapter, self.seed) == (playground.adapter, playground.seed)
    }
}

/// A VM with what nearly every playground imports: that is loaded before the
/// program's time counts, as it would be in a process that is already up.
fn loaded(
    environment: StandardEnvironment,
    playground: &Playground,
    host: Box<dyn Host>,
    files: SharedFiles,
) -> Vm {
    let mut vm = Vm::new(Box::new(environment));
    let mut context = ProgramContext::new(files);
    context.entropy = playground.seed;
    let limits = &playground.limits;
    airlock_core::install(&mut vm, host, limits.trace_events as usize);
    vm.add_extension(context);
    start(&mut vm);
    let key = vm.str(playground.adapter.key());
    vm.dict_set_text(vm.builtins, "__airlock_adapter__", key);
    preload(&mut vm);
    vm
}

/// Compiles one program; what is wrong with it.
pub fn check(source: &str, filename: &str) -> Vec<Problem> {
    let files = SharedFiles::new(MemoryFiles::default());
    let mut environment = StandardEnvironment::new(Library::new(), files);
    match environment.compile(source, filename, CompileMode::Module) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| problem(source, error)).collect(),
    }
}

/// A diagnostic with its columns as editors count them.
fn problem(source: &str, error: &SourceError) -> Problem {
    let units = |line: u32, column: u32| -> u32 {
        let text = source
            .lines()
            .nth((line as usize).saturating_sub(1))
            .unwrap_or("");
        let before = text.chars().take((column as usize).saturating_sub(1));
        before.map(|c| c.len_utf16() as u32).sum::<u32>() + 1
    };
    Problem {
        line: error.line,
        column: units(error.line, error.column),
        end_line: error.end_line,
        end_column: units(error.end_line, error.end_column),
        message: format!("{}: {}", error.class, error.message),
    }
}

/// Both programs, for imports of each other.
fn own_files(playground: &Playground) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    files.insert(format!("{FOLDER}/core.py"), playground.core.as_bytes());
    files.insert(format!("{FOLDER}/shell.py"), playground.shell.as_bytes());
    files
}

impl Session {
    /// A session ready to run. `library` may hold more than what is embedded.
    pub fn new(
        playground: &Playground,
        side: Side,
        host: Box<dyn Host>,
        library: Library,
    ) -> Session {
        Self::with_packages(playground, side, host, library, Packages::none())
    }

    /// As [`Session::new`] with packages to import.
    pub fn with_packages(
        playground: &Playground,
        side: Side,
        host: Box<dyn Host>,
        library: Library,
        packages: Packages,
    ) -> Session {
        let (files, folders) = playground_files(playground, packages);
        Self::with_files(playground, side, host, library, files, &folders)
    }

    /// As [`Session::new`] over the host's own files.
    pub fn with_files(
        playground: &Playground,
        side: Side,
        host: Box<dyn Host>,
        library: Library,
        files: SharedFiles,
        folders: &[String],
    ) -> Session {
        let mut environment = environment(playground, library, files.clone());
        let refused = refused(&mut environment, playground, side, host.keeps_stack());
        let mut session = Self::on(environment, playground, side, host, files);
        match refused {
            Some((explanation, problem)) => {
                session.ending = Some(Ending::Refused);
                session.explanation = explanation;
                session.problem = problem;
                session.exit_status = 1;
            }
            None => session.begin(playground, folders),
        }
        set_limits(&mut session.vm, &playground.limits);
        session
    }

    /// A session that answers the one that started it; see
    /// `airlock_core::peers`.
    pub fn peer(
        playground: &Playground,
        host: Box<dyn Host>,
        library: Library,
        files: SharedFiles,
        folders: &[String],
    ) -> Session {
        let environment = environment(playground, library, files.clone());
        let session = Self::on(environment, playground, Side::Shell, host, files);
        session.serve(playground, folders)
    }

    /// As [`Session::peer`] with what was made ready for it.
    pub fn prepared_peer(
        prepared: Prepared,
        playground: &Playground,
        host: Box<dyn Host>,
        library: Library,
        files: SharedFiles,
        folders: &[String],
    ) -> Session {
        let mut vm = prepared.vm;
        vm.environment = Box::new(environment(playground, library, files.clone()));
        vm.extension::<ProgramContext>().files = files;
        let core = vm.extension::<Core>();
        core.host = host;
        core.recorder = Recorder::new(playground.limits.trace_events as usize);
        Self::over(vm, playground, Side::Shell).serve(playground, folders)
    }

    fn serve(mut self, playground: &Playground, folders: &[String]) -> Session {
        let session = &mut self;
        session.is_peer = true;
        peers::be_peer(&mut session.vm);
        let mut path = folders.to_vec();
        path.push(LIBRARY_FOLDER.to_owned());
        let program = Program::Module {
            name: "airlock._peer",
        };
        start_program(&mut session.vm, program, &["".to_owned()], &path);
        session.count_from_now();
        if !session.vm.extension::<Core>().is_virtual() {
            session.show_running();
        }
        set_limits(&mut session.vm, &playground.limits);
        self
    }

    fn on(
        environment: StandardEnvironment,
        playground: &Playground,
        side: Side,
        host: Box<dyn Host>,
        files: SharedFiles,
    ) -> Session {
        Self::over(
            loaded(environment, playground, host, files),
            playground,
            side,
        )
    }

    fn over(mut vm: Vm, playground: &Playground, side: Side) -> Session {
        airlock_core::trace::start_lane(&mut vm, LaneKind::Main, "main", None);
        Session {
            vm,
            side,
            adapter: playground.adapter,
            waiting: false,
            ending: None,
            explanation: String::new(),
            problem: None,
            events_read: Mark::default(),
            exit_status: 0,
            is_peer: false,
            next_news: 0,
        }
    }

    /// The peers that the program may start.
    pub fn set_peers(&mut self, peers: Box<dyn Peers>) {
        self.vm.extension::<Core>().peering.host = peers;
    }

    pub fn peers(&mut self) -> &mut dyn Peers {
        &mut *self.vm.extension::<Core>().peering.host
    }

    /// A peer's virtual clock goes on from this moment of its parent's, and
    /// a new process takes its time to be there.
    pub(crate) fn start_at(&mut self, nanos: u64) {
        airlock_core::now(&mut self.vm);
        let core = self.vm.extension::<Core>();
        core.host.advance_to(nanos);
        core.host.charge(Charge::PeerStarted);
        self.count_from_now();
        self.show_running();
    }

    fn show_running(&mut self) {
        airlock_core::trace::enter(&mut self.vm, 0, LaneState::Python);
    }

    fn count_from_now(&mut self) {
        let now = airlock_core::now(&mut self.vm);
        let core = self.vm.extension::<Core>();
        core.phase_since_nanos = now;
        core.start_nanos = now;
    }

    fn begin(&mut self, playground: &Playground, folders: &[String]) {
        let mut path = folders.to_vec();
        path.push(LIBRARY_FOLDER.to_owned());
        let alone = self.side == Side::Core || self.adapter == Adapter::Direct;
        let (program, argv) = if alone {
            (
                Program::Module {
                    name: "airlock._baseline",
                },
                "core.py",
            )
        } else {
            (
                Program::Source {
                    text: &playground.shell,
                    filename: "shell.py",
                },
                "shell.py",
            )
        };
        start_program(&mut self.vm, program, &[argv.to_owned()], &path);
        airlock_core::crossing::start_booking(&mut self.vm, !alone);
        self.count_from_now();
        self.show_running();
    }

    /// Runs about `slice` instructions.
    pub fn poll(&mut self, slice: u64) -> Poll {
        self.poll_until(slice, u64::MAX)
    }

    /// As [`Session::poll`]; the virtual clock of a peer that waits for its
    /// parent does not pass `horizon_nanos`, where the parent stands.
    pub(crate) fn poll_until(&mut self, slice: u64, horizon_nanos: u64) -> Poll {
        if self.ending.is_some() {
            return Poll::Ended;
        }
        airlock_core::let_time_pass(&mut self.vm);
        if std::mem::take(&mut self.waiting) {
            self.end_wait();
        }
        loop {
            if self.peers_work(slice) {
                return Poll::Working;
            }
            let slice_until_news = self.slice_until_news(slice);
            match self.vm.run(slice_until_news) {
                Exit::OutOfFuel => {
                    // Those whose time has come need not wait until all do.
                    airlock_core::wake_due(&mut self.vm);
                    if self.vm.instructions() >= self.next_news {
                        take_news(&mut self.vm);
                    }
                    return Poll::Working;
                }
                Exit::Paused => {
                    let switch = self.vm.extension::<Core>().stack_switch();
                    return Poll::Switching(switch);
                }
                Exit::Waiting {
                    deadline_nanos,
                    blocking,
                } => {
                    if self.peers_work(slice) {
                        return Poll::Working;
                    }
                    take_news(&mut self.vm);
                    if self.vm.is_runnable() {
                        continue;
                    }
                    if let Some(poll) = self.wait(deadline_nanos, blocking, horizon_nanos) {
                        return poll;
                    }
                }
                Exit::Finished(completion) => {
                    self.exit_status = exit_status(completion);
                    let ending = if self.exit_status == 0 {
                        Ending::Completed
                    } else {
                        Ending::Raised
                    };
                    self.find_uncaught();
                    self.end(ending);
                    return Poll::Ended;
                }
                Exit::Halted(halt) => {
                    self.halted(halt);
                    return Poll::Ended;
                }
            }
        }
    }

    /// Nothing can run; none if the virtual clock was put forward.
    fn wait(
        &mut self,
        deadline_nanos: Option<u64>,
        blocking: bool,
        horizon_nanos: u64,
    ) -> Option<Poll> {
        let for_parent = is_awaited(&mut self.vm, Some(PARENT));
        let core = self.vm.extension::<Core>();
        let is_virtual = core.host.is_virtual();
        let news_nanos = core.peering.host.next_nanos();
        let next = deadline_nanos.into_iter().chain(news_nanos).min();
        // On the virtual clock it is known that none are under way.
        let may_come =
            for_parent || !is_virtual && is_awaited(&mut self.vm, None) && may_tell(&mut self.vm);
        match next {
            None if !may_come => {
                self.deadlocked();
                return Some(Poll::Ended);
            }
            Some(next) if is_virtual && (next <= horizon_nanos || !for_parent) => {
                self.begin_wait();
                self.vm.extension::<Core>().host.advance_to(next);
                self.end_wait();
                take_news(&mut self.vm);
                return None;
            }
            _ => {}
        }
        self.begin_wait();
        self.waiting = true;
        Some(Poll::Waiting {
            deadline_nanos: next,
            blocking,
        })
    }

    /// Lets the peers run that run only when told to.
    fn peers_work(&mut self, slice: u64) -> bool {
        if !peers::are_used(&mut self.vm) {
            return false;
        }
        let now = airlock_core::now(&mut self.vm);
        let core = self.vm.extension::<Core>();
        core.peering.host.work(slice, now)
    }

    /// News are looked for at the same instructions, however the host slices
    /// the run.
    fn slice_until_news(&mut self, slice: u64) -> u64 {
        if !self.is_peer && !peers::are_used(&mut self.vm) {
            return slice;
        }
        let run = self.vm.instructions();
        if run >= self.next_news {
            self.next_news = (run / NEWS_INSTRUCTIONS + 1) * NEWS_INSTRUCTIONS;
        }
        slice.min(self.next_news - run)
    }

    /// A peer waits without a deadline: its parent is told, once.
    pub fn tell_idle(&mut self) {
        airlock_core::peers::tell_idle(&mut self.vm);
    }

    /// A peer tells its parent what happened since the last time.
    pub fn tell_activity(&mut self) {
        airlock_core::peers::tell_activity(&mut self.vm);
    }

    /// Why a peer came to its end: empty if it was told to.
    pub fn why_ended(&self) -> String {
        match self.ending {
            Some(Ending::Completed) => String::new(),
            _ => self.explanation.clone(),
        }
    }

    fn begin_wait(&mut self) {
        let now = airlock_core::now(&mut self.vm);
        let live_bytes = self.vm.heap.live_bytes() as u64;
        let core = self.vm.extension::<Core>();
        core.phase_before_wait = core.phase;
        core.enter_phase(Phase::Wait, now);
        core.crossing_log.note_waiting(live_bytes);
    }

    fn end_wait(&mut self) {
        let now = airlock_core::now(&mut self.vm);
        let core = self.vm.extension::<Core>();
        let before = core.phase_before_wait;
        core.enter_phase(before, now);
        self.vm.wake_due(now);
    }

    /// Nanoseconds since the run's start, by its clock.
    pub fn now_nanos(&mut self) -> u64 {
        airlock_core::let_time_pass(&mut self.vm);
        airlock_core::now(&mut self.vm)
    }

    /// Ends the program at its next safe point, or at once if it waits.
    pub fn stop(&mut self) {
        if self.ending.is_some() {
            return;
        }
        if std::mem::take(&mut self.waiting) {
            self.end_wait();
        }
        self.vm.stop_requested = true;
        self.halted(Halt::Stopped);
    }

    /// What was printed since the last call: whether to stderr, and the text.
    pub fn take_output(&mut self) -> Vec<(bool, String)> {
        std::mem::take(&mut self.vm.output)
            .into_iter()
            .map(|(stream, text)| (stream == Stream::Error, text))
            .collect()
    }

    /// The events since the last call, packed, if there are any; they are read
    /// as counted from `origin_nanos`.
    pub fn take_events(&mut self, origin_nanos: u64) -> Option<Vec<u8>> {
        let recorder = &self.vm.extension::<Core>().recorder;
        recorder.pack_since(&mut self.events_read, origin_nanos)
    }

    /// Whether nothing was printed or happened since the last calls of these.
    pub fn is_all_read(&mut self) -> bool {
        let recorder = &self.vm.extension::<Core>().recorder;
        recorder.is_read(&self.events_read) && self.vm.output.is_empty()
    }

    /// How many iterations loops have made.
    pub fn iterations(&mut self) -> u64 {
        self.vm.extension::<Core>().ledger.iterations
    }

    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The status `airlock run` exits with for this side.
    pub fn exit_status(&self) -> u8 {
        match self.ending {
            Some(Ending::LimitReached) => 3,
            Some(Ending::Deadlocked) => 4,
            Some(Ending::Completed) | None => 0,
            Some(Ending::Raised) => self.exit_status.clamp(1, 255) as u8,
            Some(Ending::Stopped | Ending::Refused) => 1,
        }
    }

    pub fn report(&mut self) -> SideReport {
        let mut ledger = airlock_shell::snapshot(&mut self.vm);
        let core = self.vm.extension::<Core>();
        ledger.waits = core.waits_by_line();
        let crossings = core.crossing_log.report();
        let failures = core.failures.iter().map(told).collect();
        let recorder = &core.recorder;
        ledger.max_concurrency = max_concurrency(recorder);
        let trace_hash = crate::outcome::trace_hash(recorder);
        let dropped_events = recorder.dropped();
        SideReport {
            side: self.side,
            ending: self.ending.unwrap_or(Ending::Stopped),
            explanation: self.explanation.clone(),
            problem: self.problem.clone(),
            ledger,
            failures,
            crossings,
            dropped_events,
            trace_hash,
        }
    }

    /// The error of the JSON contract, if the side did not end well.
    pub fn error(&self) -> Option<SideError> {
        let ending = self.ending?;
        if ending == Ending::Completed {
            return None;
        }
        let (kind, message) = match self.explanation.split_once(": ") {
            Some((kind, message)) if ending == Ending::Raised => {
                (kind.to_owned(), message.to_owned())
            }
            _ if ending == Ending::Raised => (self.explanation.clone(), String::new()),
            _ => (format!("{ending:?}"), self.explanation.clone()),
        };
        Some(SideError {
            kind,
            message,
            file: self.problem.as_ref().map(|placed| placed.file.clone()),
            line: self
                .problem
                .as_ref()
                .map_or(0, |placed| placed.problem.line),
        })
    }

    fn end(&mut self, ending: Ending) {
        airlock_core::witness::conclude(&mut self.vm);
        if self.is_peer {
            peers::tell_failures(&mut self.vm);
        }
        let now = airlock_core::now(&mut self.vm);
        let core = self.vm.extension::<Core>();
        core.enter_phase(core.phase, now);
        self.ending = Some(ending);
    }

    fn halted(&mut self, halt: Halt) {
        let limits = &self.vm.limits;
        let (ending, explanation) = match halt {
            Halt::Stopped => (Ending::Stopped, "stopped".to_owned()),
            Halt::OutputLimit => (
                Ending::LimitReached,
                format!(
                    "the program printed more than {} bytes and was stopped",
                    limits.output_bytes
                ),
            ),
            Halt::InstructionLimit => (
                Ending::LimitReached,
                format!(
                    "the program ran more than {} instructions and was stopped",
                    limits.instructions
                ),
            ),
            Halt::MemoryLimit => (
                Ending::LimitReached,
                format!(
                    "the program needed more than {} bytes and was stopped",
                    limits.heap_bytes
                ),
            ),
            Halt::Exit(0) => (Ending::Completed, String::new()),
            Halt::Exit(status) => {
                self.exit_status = status;
                (
                    Ending::Raised,
                    format!("the program exited with status {status}"),
                )
            }
        };
        self.explanation = explanation;
        if ending != Ending::Completed {
            self.problem = self.place_of_fiber();
        }
        self.end(ending);
    }

    /// Every fiber waits for another or for what cannot come.
    fn deadlocked(&mut self) {
        let found = airlock_core::deadlock::explain(&mut self.vm);
        self.explanation = format!("deadlock: {}", found.explanation);
        self.problem = found
            .place
            .as_ref()
            .map(|place| placed(&place.filename, place.line, &self.explanation))
            .or_else(|| self.place_of_fiber());
        airlock_core::failures::report(
            &mut self.vm,
            found.kind,
            found.place,
            found.explanation,
            found.waits,
        );
        self.end(Ending::Deadlocked);
    }

    /// The program's line at which its main fiber stands.
    fn place_of_fiber(&mut self) -> Option<PlacedProblem> {
        let (filename, line) = self.vm.main_fiber_place(is_program_file)?;
        Some(placed(&filename, line, &self.explanation))
    }

    /// What the uncaught exception was and where.
    fn find_uncaught(&mut self) {
        if self.exit_status == 0 {
            return;
        }
        let sys = self
            .vm
            .dict_get_text(self.vm.modules, "sys")
            .filter(|sys| sys.is(Kind::Module));
        let error = sys.and_then(|sys| {
            self.vm
                .dict_get_text(self.vm.heap.module(sys).dict, "last_exc")
        });
        let Some(error) = error.filter(|error| error.is(Kind::Exception)) else {
            self.explanation = format!("the program exited with status {}", self.exit_status);
            return;
        };
        let class = self.vm.plain_type_name(error);
        let text = self.vm.str_of(error).unwrap_or_default();
        self.explanation = if text.is_empty() {
            class
        } else {
            format!("{class}: {text}")
        };
        let trace = self.vm.heap.exception(error).trace.clone();
        // Innermost first: the last place in the programs' own code.
        let place = trace
            .iter()
            .find(|entry| is_program_file(&entry.code.filename));
        if let Some(entry) = place {
            let line = entry.code.code.position(entry.pc).line;
            self.problem = Some(placed(&entry.code.filename, line, &self.explanation));
        }
    }
}

/// The playground's two programs and its packages, and the folders in which
/// imports look for them.
pub fn playground_files(playground: &Playground, packages: Packages) -> (SharedFiles, Vec<String>) {
    let mut folders = vec![FOLDER.to_owned()];
    folders.extend(packages.folders);
    let files = SharedFiles::new(WithPackages {
        own: own_files(playground),
        packages: packages.files,
    });
    (files, folders)
}

/// The peers of a side on the virtual clock. `library` gives each what may be
/// more than what is embedded, `packages` what it may import beside that.
pub fn virtual_peers(
    playground: &Playground,
    profile: CostProfile,
    library: Rc<dyn Fn() -> Library>,
    packages: Rc<dyn Fn() -> Packages>,
) -> VirtualPeers {
    let of_peers = playground.clone();
    let make = move |clock, peers| {
        let (files, folders) = playground_files(&of_peers, packages());
        let mut session = Session::peer(&of_peers, Box::new(clock), library(), files, &folders);
        session.set_peers(Box::new(peers));
        session
    };
    VirtualPeers::new(Rc::new(make), profile, playground.seed)
}

/// Runs both sides on the virtual clock.
pub fn run_virtual(playground: &Playground) -> RunReport {
    let mut sides = [Side::Core, Side::Shell].map(|side| {
        let profile =
            CostProfile::by_name(&playground.profile).unwrap_or_else(CostProfile::cpython_311);
        let host = Box::new(VirtualClock::new(profile.clone(), playground.seed));
        let mut session = Session::new(playground, side, host, Library::new());
        let peers = virtual_peers(
            playground,
            profile,
            Rc::new(Library::new),
            Rc::new(Packages::none),
        );
        session.set_peers(Box::new(peers));
        while session.poll(u64::MAX / 2) != Poll::Ended {}
        let (mut stdout, mut stderr) = (String::new(), String::new());
        for (error, text) in session.take_output() {
            if error { &mut stderr } else { &mut stdout }.push_str(&text);
        }
        let report = session.report();
        let adapter = (side == Side::Shell).then(|| playground.adapter.key().to_owned());
        let outcome = SideOutcome {
            adapter,
            stdout,
            stderr,
            error: session.error(),
            ledger: report.ledger.clone(),
            crossings: report.crossings.clone(),
        };
        Some((outcome, report))
    });
    let [core, shell] = &mut sides;
    let (Some((core, core_report)), Some((shell, shell_report))) = (core.take(), shell.take())
    else {
        unreachable!("both sides were just made");
    };
    run_report(playground, (core, &core_report), (shell, &shell_report))
}

fn environment(
    playground: &Playground,
    mut library: Library,
    files: SharedFiles,
) -> StandardEnvironment {
    for module in airlock_core::MODULES.iter().chain(airlock_shell::MODULES) {
        library.add_native(module);
    }
    let mut environment = StandardEnvironment::new(library, files);
    environment.add_source("core.py", &playground.core);
    environment.add_source("shell.py", &playground.shell);
    environment
}

/// A failure as it is told outside.
pub fn told(found: &airlock_core::failures::Failure) -> Failure {
    Failure {
        kind: found.kind.clone().into_owned(),
        file: found.file.clone(),
        line: found.line,
        explanation: found.explanation.clone(),
        waits: found
            .waits
            .iter()
            .map(|waits| Waits {
                who: waits.who.clone(),
                what: waits.what.clone(),
                line: waits.line,
            })
            .collect(),
    }
}

/// The other way: one that a peer told.
pub fn failure_of(told: Failure) -> airlock_core::failures::Failure {
    let waits = told.waits.into_iter();
    airlock_core::failures::Failure {
        kind: told.kind.into(),
        file: told.file,
        line: told.line,
        explanation: told.explanation,
        waits: waits
            .map(|waits| airlock_core::failures::Waits {
                who: waits.who,
                what: waits.what,
                line: waits.line,
            })
            .collect(),
    }
}

fn set_limits(vm: &mut Vm, limits: &Limits) {
    vm.limits = VmLimits {
        heap_bytes: limits.heap_bytes as usize,
        recursion: limits.recursion as usize,
        output_bytes: limits.output_bytes as usize,
        instructions: limits.instructions.saturating_add(vm.instructions()),
    };
}

fn is_program_file(filename: &str) -> bool {
    let name = filename.rsplit('/').next().unwrap_or(filename);
    (name == "core.py" || name == "shell.py")
        && !filename.starts_with(LIBRARY_FOLDER)
        && !filename.starts_with(PACKAGES_FOLDER)
}

fn placed(filename: &str, line: u32, message: &str) -> PlacedProblem {
    let file = filename.rsplit('/').next().unwrap_or(filename).to_owned();
    let problem = Problem {
        line,
        column: 1,
        end_line: line,
        end_column: 1,
        message: message.to_owned(),
    };
    PlacedProblem { file, problem }
}

/// Imports the modules that every side uses.
fn preload(vm: &mut Vm) {
    let path = [LIBRARY_FOLDER.to_owned()];
    start_program(vm, Program::Module { name: "" }, &["".to_owned()], &path);
    // Not run as a program, at whose end nothing could be registered any more.
    for name in ["asyncio", "airlock"] {
        let (callee, name) = (vm.prelude("load_module_named"), vm.str(name));
        vm.start_main(callee, &[name]);
        while let Exit::OutOfFuel = vm.run(u64::MAX / 4) {}
    }
}

/// Why a side cannot start.
fn refused(
    environment: &mut StandardEnvironment,
    playground: &Playground,
    side: Side,
    keeps_stack: Option<&'static str>,
) -> Option<(String, Option<PlacedProblem>)> {
    let mut sources = vec![("core.py", &playground.core)];
    if side == Side::Shell {
        sources.push(("shell.py", &playground.shell));
    }
    for (filename, source) in sources {
        if let Err(errors) = environment.compile(source, filename, CompileMode::Module)
            && let Some(error) = errors.first()
        {
            let problem = problem(source, error);
            let text = problem.message.clone();
            return Some((
                text,
                Some(PlacedProblem {
                    file: filename.to_owned(),
                    problem,
                }),
            ));
        }
    }
    let missing = match playground.adapter {
        Adapter::Jspi => keeps_stack,
        adapter => adapter.missing(),
    };
    if side == Side::Shell
        && let Some(why) = missing
    {
        return Some((
            format!(
                "the adapter '{}' is not offered here: {why}",
                playground.adapter.key()
            ),
            None,
        ));
    }
    // They are given when the program is compiled to run.
    environment.take_warnings();
    None
}

/// The most tasks that were alive and not done at once.
fn max_concurrency(recorder: &Recorder) -> u64 {
    let mut tasks = std::collections::BTreeSet::new();
    let mut most = 0;
    for event in recorder.events() {
        match event.kind {
            EventKind::LaneStarted {
                lane,
                of: LaneKind::Task,
                ..
            } => {
                tasks.insert(lane);
            }
            EventKind::LaneEnded { lane, .. } => {
                tasks.remove(&lane);
            }
            _ => continue,
        }
        most = most.max(tasks.len() as u64);
    }
    most
}

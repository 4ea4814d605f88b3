// ranks: 2
// What programs mark, and what the library does, is written to one file for each rank in heFFTe's format, and to one for all.
#include "check.hpp"

#include <cstdio>
#include <cstdlib>

// A directory of this run alone, the same on all ranks. Collective.
static std::string make_directory() {
    char name[] = "/tmp/heffte_trace_XXXXXX";
    if (me == 0)
        CHECK(mkdtemp(name) != nullptr);
    MPI_Bcast(name, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
    return name;
}

static void marks_are_written_in_columns() {
    std::string const directory = make_directory(), root = directory + "/trace";
    std::string const file = root + "_" + std::to_string(me) + ".log";
    { heffte::add_trace("before tracing begins, which is not recorded"); }
    heffte::init_tracing(root);
    CHECK(heffte::log_filename == file && heffte::event_log.empty());
    double const begin = MPI_Wtime();
    {
        heffte::add_trace outer("outer");
        heffte::add_trace inner("inner mark");
    }
    double const end = MPI_Wtime();
    CHECK(heffte::event_log.size() == 2);
    heffte::finalize_tracing();
    // No plan was made meanwhile, so ranks do not know of each other.
    CHECK(!std::ifstream(root + ".json"));

    std::ifstream lines(file);
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);)
        found.push_back(line);
    CHECK(found.size() == 2);
    if (found.size() == 2) {
        char const *const names[] = {"inner mark", "outer"};
        for (std::size_t i = 0; i < 2; i++) {
            CHECK(found[i].size() == 80 && found[i].substr(0, 40).find_last_not_of(' ') == 39);
            std::string const name = names[i];
            CHECK(found[i].substr(40 - name.size(), name.size()) == name);
            double const start = std::atof(found[i].substr(40, 20).c_str());
            double const duration = std::atof(found[i].substr(60, 20).c_str());
            // 12 digits are written.
            double const slack = 1e-10 * end;
            CHECK(start >= begin - slack && duration >= 0.0 && start + duration <= end + slack);
        }
    }
    std::remove(file.c_str());
    MPI_Barrier(MPI_COMM_WORLD);
    if (me == 0)
        std::remove(directory.c_str());
}

// The names of the events in a log.
static std::vector<std::string> names_in(std::string const &file) {
    std::ifstream lines(file);
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);)
        found.push_back(line.substr(line.find_first_not_of(' '), 40 - std::min<std::size_t>(40, line.find_first_not_of(' '))));
    return found;
}

// Traces a forward transform inside a mark, and looks at what is written.
static void events_of_the_library_are_among_the_marks(bool together) {
    std::string const directory = make_directory(), root = directory + "/trace";
    if (together)
        heffte::init_tracing(root, MPI_COMM_WORLD);
    else
        heffte::init_tracing(root);
    {
        auto const slabs = heffte::split_world(heffte::box3d<>({0, 0, 0}, {7, 5, 3}), {{1, 1, ranks}});
        heffte::box3d<> const box = slabs[static_cast<std::size_t>(me)];
        heffte::fft3d<heffte::backend::stock> plan(box, box, MPI_COMM_WORLD);
        heffte::add_trace mark("my own");
        plan.forward(std::vector<std::complex<double>>(static_cast<std::size_t>(plan.size_inbox())));
    }
    heffte::finalize_tracing();

    std::string const file = root + "_" + std::to_string(me) + ".log";
    auto const names = names_in(file);
    auto const count = [&](std::string const &name) { return std::count(names.begin(), names.end(), name); };
    CHECK(count("plan") == 1 && count("forward") == 1 && count("my own") == 1);
    CHECK(!names.empty() && names.front() == "plan" && names.back() == "my own");
    std::remove(file.c_str());
    for (std::string const end : {".json", ".txt"}) {
        if (me == 0)
            CHECK(std::ifstream(root + end).peek() != EOF && std::remove((root + end).c_str()) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (me == 0)
        CHECK(std::remove(directory.c_str()) == 0);
}

static void a_trace_of_ranks_that_make_a_plan_is_one() { events_of_the_library_are_among_the_marks(false); }
static void a_trace_of_a_communicator_is_one() { events_of_the_library_are_among_the_marks(true); }

static void without_tracing_nothing_is_recorded() {
    { heffte::add_trace mark("nobody listens"); }
    CHECK(heffte::event_log.empty());
    heffte::finalize_tracing();
}

static void a_file_that_cannot_be_written_is_an_error() {
    for (int together = 0; together < 2; together++) {
        bool thrown = false;
        try {
            if (together)
                heffte::init_tracing("/nonexistent/place", MPI_COMM_WORLD);
            else
                heffte::init_tracing("/nonexistent/place");
        } catch (std::runtime_error const &e) {
            // Each rank names its own file, or all name that of rank 0.
            std::string const file = "/nonexistent/place_" + std::to_string(together ? 0 : me) + ".log";
            thrown = std::string(e.what()).find("cannot write " + file) != std::string::npos;
        }
        CHECK(thrown);
    }
    heffte::finalize_tracing();
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(marks_are_written_in_columns);
    RUN(a_trace_of_ranks_that_make_a_plan_is_one);
    RUN(a_trace_of_a_communicator_is_one);
    RUN(without_tracing_nothing_is_recorded);
    RUN(a_file_that_cannot_be_written_is_an_error);
    return check_end();
}

// ranks: 2
// What programs mark is written to one file for each rank, in heFFTe's format.
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

static void without_tracing_nothing_is_recorded() {
    { heffte::add_trace mark("nobody listens"); }
    CHECK(heffte::event_log.empty());
    heffte::finalize_tracing();
}

static void a_file_that_cannot_be_written_is_an_error() {
    heffte::init_tracing("/nonexistent/place");
    bool thrown = false;
    try {
        heffte::finalize_tracing();
    } catch (std::runtime_error const &e) {
        thrown = std::string(e.what()).find("/nonexistent/place") != std::string::npos;
    }
    CHECK(thrown);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(marks_are_written_in_columns);
    RUN(without_tracing_nothing_is_recorded);
    RUN(a_file_that_cannot_be_written_is_an_error);
    return check_end();
}

// Whether the stand-in does what it is relied on for. self_test DIRECTORY cuda|hip: each check in a process of its own.
//
// One unit for all: compilers spend most of their time on the headers of C++.
#include "self_test.h"
#include "self_test_fft.cpp"
#include "self_test_streams.cpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr unsigned LAZY_PEER_ACCESS = 1;
/// With what a check ends that crashes where it is to.
constexpr int CRASHED = 42;

/// What is written to a kernel source that runs on devices, too.
const char *const SOURCE = R"(
#ifndef KERNEL
#define KERNEL(name, count, parameters) extern "C" __global__ void name parameters
#endif
#ifndef ALL_THREADS
#define ALL_THREADS __syncthreads();
#endif

KERNEL(copy, 3, (double *__restrict__ to, const double *from, long long count)) {
    ALL_THREADS {
        long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
        if (i < count) to[i] = from[i] * FACTOR;
    }
}

KERNEL(transpose, 2, (double2 *to, const double2 *from)) {
    __shared__ double2 tile[TILE][TILE];
    ALL_THREADS { tile[threadIdx.y][threadIdx.x] = from[(blockIdx.x * TILE + threadIdx.y) * TILE + threadIdx.x]; }
    ALL_THREADS { to[(blockIdx.x * TILE + threadIdx.y) * TILE + threadIdx.x] = tile[threadIdx.x][threadIdx.y]; }
}

KERNEL(turn, 1, (double2 *result)) {
    ALL_THREADS { sincospi(threadIdx.x * 0.25, &result[threadIdx.x].y, &result[threadIdx.x].x); }
}
)";

struct Module {
    Handle module = 0;
    const Vendor &vendor;
    explicit Module(const Vendor &vendor) : vendor(vendor) {
        Handle program = 0;
        const char *architecture = vendor.is_cuda ? "--gpu-architecture=sm_90" : "--offload-arch=gfx90a";
        const char *options[] = {"-DFACTOR=2.0", "-DTILE=8", architecture, "--fmad=true"};
        SUCCEEDS(vendor.compile("CreateProgram", &program, SOURCE, "kernels", 0, nullptr, nullptr));
        SUCCEEDS(vendor.compile("CompileProgram", program, 4, options));
        size_t size = 0;
        SUCCEEDS(vendor.compile(vendor.is_cuda ? "GetCUBINSize" : "GetCodeSize", program, &size));
        std::vector<char> image(size);
        SUCCEEDS(vendor.compile(vendor.is_cuda ? "GetCUBIN" : "GetCode", program, image.data()));
        SUCCEEDS(vendor.compile("DestroyProgram", &program));
        SUCCEEDS(vendor.call("cuModuleLoadData", "hipModuleLoadData", &module, image.data()));
    }
    Handle function(const char *name) const {
        Handle function = 0;
        SUCCEEDS(get(&function, name));
        return function;
    }
    int get(Handle *function, const char *name) const {
        return vendor.call("cuModuleGetFunction", "hipModuleGetFunction", function, module, name);
    }
};

void memory_is_copied(const Vendor &vendor) {
    vendor.begin();
    std::vector<double> values = counting(100), back(100);
    size_t size = values.size() * sizeof(double);
    Address a = vendor.allocated(size), b = vendor.allocated(size);
    SUCCEEDS(vendor.unload(back, a));
    REQUIRE(std::isnan(back[0]) && std::isnan(back[99]));
    SUCCEEDS(vendor.load(a, values));
    SUCCEEDS(vendor.copy(b, a, size, DEVICE_TO_DEVICE));
    SUCCEEDS(vendor.unload(back, b));
    REQUIRE(back == values);
    if (vendor.is_cuda)
        SUCCEEDS(vendor.in(vendor.driver, "cuMemsetD8Async", b, static_cast<unsigned char>(0), size / 2, Handle(0)));
    else
        SUCCEEDS(vendor.in(vendor.driver, "hipMemsetAsync", b, 0, size / 2, Handle(0)));
    SUCCEEDS(vendor.unload(back, b));
    REQUIRE(back[0] == 0 && back[49] == 0 && back[50] == values[50]);
    REQUIRE(vendor.live("memory") == 2);
    SUCCEEDS(vendor.release(a));
    SUCCEEDS(vendor.release(b));
    REQUIRE(vendor.live("memory") == 0);
}

void copies_that_are_wrong_are_refused(const Vendor &vendor) {
    vendor.begin();
    std::vector<double> host(100);
    size_t size = host.size() * sizeof(double);
    Address device = vendor.allocated(size), pinned = 0, here = Address(host.data());
    SUCCEEDS(vendor.call("cuMemHostAlloc", "hipHostMalloc", &pinned, size, 0u));
    *reinterpret_cast<double *>(pinned) = 1;
    SUCCEEDS(vendor.copy(device, pinned, size, HOST_TO_DEVICE));
    REQUIRE(vendor.copy(here, here, size, HOST_TO_DEVICE) == INVALID_VALUE);
    REQUIRE(vendor.copy(device, device, size, DEVICE_TO_HOST) == INVALID_VALUE);
    REQUIRE(vendor.copy(device + 8, here, size, HOST_TO_DEVICE) == INVALID_VALUE);
    REQUIRE(vendor.copy(device, pinned + 8, size, HOST_TO_DEVICE) == INVALID_VALUE);
    REQUIRE(vendor.copy(device, here, size, HOST_TO_DEVICE, 4711) == INVALID_HANDLE);
    REQUIRE(vendor.release(device + 8) == INVALID_VALUE);
    REQUIRE(vendor.release(pinned) == INVALID_VALUE);
    SUCCEEDS(vendor.release(device));
    REQUIRE(vendor.release(device) == INVALID_VALUE);
    REQUIRE(vendor.copy(device, here, size, HOST_TO_DEVICE) == INVALID_VALUE);
    SUCCEEDS(vendor.call("cuMemFreeHost", "hipHostFree", pinned));
    REQUIRE(vendor.live("pinned") == 0);
}

/// Where the next access is to be that crashes, which is what a check wants then.
Address forbidden = 0;

void expect_crash_at(Address address) {
    forbidden = address;
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t *info, void *) { std::_Exit(Address(info->si_addr) == forbidden ? CRASHED : 1); };
    REQUIRE(sigaction(SIGSEGV, &action, nullptr) == 0);
}

void the_host_crashes_on_new_memory(const Vendor &vendor) {
    vendor.begin();
    Address device = vendor.allocated(80);
    expect_crash_at(device + 8);
    reinterpret_cast<volatile double *>(device)[1] = 1;
}

void the_host_crashes_on_memory_that_was_written(const Vendor &vendor) {
    vendor.begin();
    Address device = vendor.loaded(counting(10));
    expect_crash_at(device + 8);
    std::printf("%f\n", reinterpret_cast<volatile double *>(device)[1]);
}

void a_kernel_crashes_beyond_the_end(const Vendor &vendor) {
    vendor.begin();
    Module module(vendor);
    Address from = vendor.loaded(counting(64)), to = vendor.allocated(256);
    long long count = 64;
    void *parameters[] = {&to, &from, &count};
    expect_crash_at(to + 256);
    vendor.launch(module.function("copy"), 1, 64, 1, 0, parameters);
}

void attributes_tell_whose_memory_it_is(const Vendor &vendor) {
    vendor.begin();
    auto attribute = [&](void *data, int which, Address address) {
        return vendor.call("cuPointerGetAttribute", "hipPointerGetAttribute", data, which, address);
    };
    Address device = vendor.allocated(1000), start = 0;
    int type = 0, ordinal = -1, managed = 0;
    size_t size = 0;
    SUCCEEDS(attribute(&type, 2, device + 500));
    SUCCEEDS(attribute(&managed, 8, device));
    SUCCEEDS(attribute(&ordinal, 9, device));
    SUCCEEDS(attribute(&start, 11, device + 999));
    SUCCEEDS(attribute(&size, 12, device + 999));
    REQUIRE(type == 2 && managed == 0 && ordinal == 0 && start == device && size == 1000);
    REQUIRE(attribute(&type, 2, Address(&type)) == INVALID_VALUE);
    REQUIRE(attribute(&type, 2, device + 1000) == INVALID_VALUE);
}

void kernels_run(const Vendor &vendor) {
    vendor.begin();
    Module module(vendor);
    std::vector<double> values = counting(1000), back(1000);
    Address from = vendor.loaded(values), to = vendor.allocated(8000);
    long long count = 1000;
    void *parameters[] = {&to, &from, &count};
    SUCCEEDS(vendor.launch(module.function("copy"), 8, 128, 1, 0, parameters));
    SUCCEEDS(vendor.unload(back, to));
    for (size_t i = 0; i < 1000; i++) REQUIRE(back[i] == 2 * values[i]);

    std::vector<double> tiles = counting(2 * 64 * 3), turned(tiles.size());
    Address tiles_from = vendor.loaded(tiles), tiles_to = vendor.allocated(tiles.size() * sizeof(double));
    void *both[] = {&tiles_to, &tiles_from};
    SUCCEEDS(vendor.launch(module.function("transpose"), 3, 8, 8, 0, both));
    SUCCEEDS(vendor.unload(turned, tiles_to));
    for (size_t i = 0; i < turned.size(); i++) {
        size_t part = i % 2, x = i / 2 % 8, y = i / 16 % 8, tile = i / 128;
        REQUIRE(turned[i] == tiles[((tile * 8 + x) * 8 + y) * 2 + part]);
    }
    std::vector<double> circle(16);
    void *result[] = {&to};
    SUCCEEDS(vendor.launch(module.function("turn"), 1, 8, 1, 0, result));
    SUCCEEDS(vendor.unload(circle, to));
    REQUIRE(circle[4] == 0 && circle[5] == 1 && circle[8] == -1 && circle[9] == 0 && circle[12] == 0 && circle[13] == -1);
    REQUIRE(std::abs(circle[2] - std::sqrt(0.5)) < 1e-16);
}

void launches_that_are_wrong_are_refused(const Vendor &vendor) {
    vendor.begin();
    Module module(vendor);
    Handle copy = module.function("copy"), none = 0;
    REQUIRE(module.get(&none, "missing") == NOT_FOUND);
    Address from = vendor.loaded(counting(10)), to = Address(&from);
    long long count = 10;
    void *parameters[] = {&to, &from, &count};
    REQUIRE(vendor.launch(copy, 1, 128, 1, 0, parameters) == ILLEGAL_ADDRESS);
    to = from;
    SUCCEEDS(vendor.launch(copy, 1, 128, 1, 0, parameters));
    REQUIRE(vendor.launch(copy, 0, 128, 1, 0, parameters) == INVALID_VALUE);
    REQUIRE(vendor.launch(copy, 1, 2048, 1, 0, parameters) == INVALID_VALUE);
    REQUIRE(vendor.launch(copy, 1, 128, 1, 4711, parameters) == INVALID_HANDLE);
    SUCCEEDS(vendor.call("cuModuleUnload", "hipModuleUnload", module.module));
    REQUIRE(vendor.launch(copy, 1, 128, 1, 0, parameters) == INVALID_HANDLE);
    REQUIRE(vendor.live("modules") == 0 && vendor.live("programs") == 0);
}

void what_does_not_compile_leaves_a_log(const Vendor &vendor) {
    auto said = [&](const char *source, const char *option, int wanted) {
        Handle program = 0;
        SUCCEEDS(vendor.compile("CreateProgram", &program, source, "kernels", 0, nullptr, nullptr));
        REQUIRE(vendor.compile("CompileProgram", program, 1, &option) == wanted);
        size_t size = 0;
        SUCCEEDS(vendor.compile("GetProgramLogSize", program, &size));
        std::vector<char> log(size);
        SUCCEEDS(vendor.compile("GetProgramLog", program, log.data()));
        SUCCEEDS(vendor.compile("DestroyProgram", &program));
        return std::string(log.data());
    };
    constexpr int INVALID_OPTION = 5, COMPILATION = 6;
    REQUIRE(said("\nnonsense;", "-DX", COMPILATION).find("kernels:2") != std::string::npos);
    REQUIRE(said("KERNEL(one, 2, (long long x)) {}", "-DX", COMPILATION).find("number of arguments of one") != std::string::npos);
    REQUIRE(said("KERNEL(one, 1, (int x)) {}", "-DX", COMPILATION).find("64 bits") != std::string::npos);
    const char *unknown = vendor.is_cuda ? "--gpu-architecture=sm_4711" : "--offload-arch=sm_90x";
    if (vendor.is_cuda) REQUIRE(said("", unknown, INVALID_OPTION).find("sm_4711") != std::string::npos);
}

void what_was_compiled_is_kept(const Vendor &vendor) {
    vendor.begin();
    Module first(vendor);
    // Now no compiler is found.
    setenv("PATH", "/nowhere", 1);
    Module second(vendor);
    REQUIRE(first.function("copy") != second.function("copy"));
}

/// Two processes: one makes an allocation and reads what the other writes there.
void another_process_opens_memory(const Vendor &vendor) {
    int there[2], back[2];
    REQUIRE(pipe(there) == 0 && pipe(back) == 0);
    pid_t child = fork();
    vendor.begin();
    IpcHandle handle;
    char done = 0;
    std::vector<double> values = counting(300), seen(300);
    if (child == 0) {
        REQUIRE(read(there[0], &handle, sizeof handle) == sizeof handle);
        Address opened = 0, again = 0;
        SUCCEEDS(vendor.call("cuIpcOpenMemHandle_v2", "hipIpcOpenMemHandle", &opened, handle, LAZY_PEER_ACCESS));
        SUCCEEDS(vendor.call("cuIpcOpenMemHandle_v2", "hipIpcOpenMemHandle", &again, handle, LAZY_PEER_ACCESS));
        REQUIRE(opened == again && vendor.live("ipc") == 2 && vendor.live("memory") == 0);
        SUCCEEDS(vendor.unload(seen, opened));
        REQUIRE(seen == values);
        SUCCEEDS(vendor.load(opened, std::vector<double>(300, 7.0)));
        REQUIRE(vendor.release(opened) == INVALID_VALUE);
        for (int i = 0; i < 2; i++) SUCCEEDS(vendor.call("cuIpcCloseMemHandle", "hipIpcCloseMemHandle", opened));
        REQUIRE(vendor.call("cuIpcCloseMemHandle", "hipIpcCloseMemHandle", opened) == INVALID_VALUE);
        REQUIRE(write(back[1], &done, 1) == 1 && read(there[0], &done, 1) == 1);
        // It was freed meanwhile.
        REQUIRE(vendor.call("cuIpcOpenMemHandle_v2", "hipIpcOpenMemHandle", &opened, handle, LAZY_PEER_ACCESS) == INVALID_VALUE);
        std::_Exit(0);
    }
    Address device = vendor.loaded(values), own = 0;
    SUCCEEDS(vendor.call("cuIpcGetMemHandle", "hipIpcGetMemHandle", &handle, device));
    REQUIRE(vendor.call("cuIpcOpenMemHandle_v2", "hipIpcOpenMemHandle", &own, handle, LAZY_PEER_ACCESS) == INVALID_CONTEXT);
    REQUIRE(write(there[1], &handle, sizeof handle) == sizeof handle && read(back[0], &done, 1) == 1);
    SUCCEEDS(vendor.unload(seen, device));
    REQUIRE(seen == std::vector<double>(300, 7.0));
    SUCCEEDS(vendor.release(device));
    // Of the same size, and under the same number as the file before.
    vendor.allocated(values.size() * sizeof(double));
    REQUIRE(write(there[1], &done, 1) == 1);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

std::string text_of(const std::string &path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void calls_fail_when_they_are_to(const Vendor &vendor) {
    std::string record = std::string(std::getenv("HEFFTE_STAND_IN_COUNT"));
    vendor.begin();
    Address address = 0;
    SUCCEEDS(vendor.allocate(&address, 8));
    REQUIRE(vendor.allocate(&address, 8) == OUT_OF_MEMORY);
    SUCCEEDS(vendor.allocate(&address, 8));
    REQUIRE(vendor.live("memory") == 2);
    std::string name = vendor.is_cuda ? "cuMemAlloc\n" : "hipMalloc\n", text = text_of(record);
    REQUIRE(text.size() > 3 * name.size() && text.substr(text.size() - 3 * name.size()) == name + name + name);
    vendor.in(vendor.body, "heffte_stand_in_arm", vendor.is_cuda ? "cuStreamSynchronize" : "hipStreamSynchronize", 1L);
    REQUIRE(vendor.in(vendor.body, "heffte_stand_in_struck") == 0);
    REQUIRE(vendor.wait(0) == LAUNCH_FAILED);
    REQUIRE(vendor.in(vendor.body, "heffte_stand_in_struck") == 1);
    SUCCEEDS(vendor.wait(0));
}

void calls_of_other_ranks_do_not_fail(const Vendor &vendor) {
    vendor.begin();
    for (int i = 0; i < 3; i++) vendor.allocated(8);
}

void who_ends_with_something_alive_says_so(const Vendor &vendor) {
    std::string file = std::string(std::getenv("SELF_TEST_FILE"));
    pid_t child = fork();
    if (child == 0) {
        REQUIRE(std::freopen(file.c_str(), "w", stderr));
        vendor.begin();
        vendor.allocated(8);
        vendor.allocated(8);
        std::exit(0);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
    REQUIRE(text_of(file).find("stand-in: 2 memory left\n") == 0);
    if (vendor.is_cuda) REQUIRE(text_of(file).find("stand-in: 1 contexts left\n") != std::string::npos);
}

void a_machine_without_devices_says_so(const Vendor &vendor) {
    REQUIRE(vendor.call("cuInit", "hipInit", 0u) == NO_DEVICE);
}

void cuda_wants_a_context(const Vendor &vendor) {
    if (!vendor.is_cuda) return;
    SUCCEEDS(vendor.in(vendor.driver, "cuInit", 0u));
    Address address = 0;
    REQUIRE(vendor.allocate(&address, 8) == INVALID_CONTEXT);
    vendor.begin();
    SUCCEEDS(vendor.allocate(&address, 8));
}

void a_device_has_so_much_memory(const Vendor &vendor) {
    vendor.begin();
    Address address = 0;
    REQUIRE(vendor.allocate(&address, 1001) == OUT_OF_MEMORY);
    SUCCEEDS(vendor.allocate(&address, 600));
    REQUIRE(vendor.allocate(&address, 600) == OUT_OF_MEMORY);
}

using Variables = std::vector<std::pair<const char *, std::string>>;

struct Checks {
    std::string directory;
    bool is_cuda;
    int passed = 0, failed = 0;

    /// Runs a check in a process of its own; which is to end with `code`.
    void run(const char *name, void (*check)(const Vendor &), const Variables &variables = {}, int code = 0) {
        std::fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            // A check that hangs has failed.
            alarm(60);
            for (const auto &[variable, value] : variables) setenv(variable, value.c_str(), 1);
            check(Vendor(directory, is_cuda));
            std::fflush(stdout);
            std::_Exit(0);
        }
        int status = -1;
        bool well = waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == code;
        std::printf("%-6s %s\n", well ? "ok" : "FAILED", name);
        (well ? passed : failed)++;
    }
};

#define CHECK(name, ...) checks.run(#name, name, ##__VA_ARGS__)

void run_all(Checks &checks, const std::string &file) {
    std::string fail = checks.is_cuda ? "cuMemAlloc:2" : "hipMalloc:2";
    const Variables lazy = {{"HEFFTE_STAND_IN_LAZY", "1"}};
    CHECK(memory_is_copied);
    CHECK(copies_that_are_wrong_are_refused);
    CHECK(the_host_crashes_on_new_memory, {}, CRASHED);
    CHECK(the_host_crashes_on_memory_that_was_written, {}, CRASHED);
    CHECK(attributes_tell_whose_memory_it_is);
    CHECK(kernels_run);
    CHECK(a_kernel_crashes_beyond_the_end, {}, CRASHED);
    CHECK(launches_that_are_wrong_are_refused);
    CHECK(what_does_not_compile_leaves_a_log);
    CHECK(what_was_compiled_is_kept, {{"HEFFTE_STAND_IN_CACHE", file + ".kept"}});
    std::filesystem::remove_all(file + ".kept");
    CHECK(transforms_are_those_of_a_direct_dft);
    CHECK(transforms_want_their_work_area);
    CHECK(a_lazy_stream_waits_until_it_is_asked, lazy);
    CHECK(the_default_stream_and_others_wait_for_each_other, lazy);
    CHECK(the_device_waits_for_all_streams, lazy);
    CHECK(another_process_opens_memory);
    CHECK(calls_fail_when_they_are_to, {{"HEFFTE_STAND_IN_FAIL", fail}, {"HEFFTE_STAND_IN_COUNT", file}});
    CHECK(calls_of_other_ranks_do_not_fail,
          {{"HEFFTE_STAND_IN_FAIL", fail}, {"HEFFTE_STAND_IN_FAIL_RANK", "1"}, {"PMI_RANK", "0"}});
    CHECK(who_ends_with_something_alive_says_so, {{"HEFFTE_STAND_IN_CENSUS", "1"}, {"SELF_TEST_FILE", file}});
    CHECK(a_machine_without_devices_says_so, {{"HEFFTE_STAND_IN_DEVICES", "0"}});
    CHECK(cuda_wants_a_context);
    CHECK(a_device_has_so_much_memory, {{"HEFFTE_STAND_IN_MEMORY", "1000"}});
}

} // namespace

int main(int count, char **words) {
    if (count != 3) {
        std::printf("usage: %s DIRECTORY cuda|hip\n", words[0]);
        return 2;
    }
    std::string file = (std::filesystem::temp_directory_path() / "heffte-stand-in-XXXXXX").string();
    close(mkstemp(file.data()));
    Checks checks{words[1], std::strcmp(words[2], "cuda") == 0};
    run_all(checks, file);
    unlink(file.c_str());
    std::printf("%d passed, %d failed\n", checks.passed, checks.failed);
    return checks.failed ? 1 : 0;
}

// Kernels are compiled by the host's compiler to shared objects.
#include "parts.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace stand_in {

namespace fs = std::filesystem;

struct Program {
    std::string source, log, image;
    /// Names and texts of headers.
    std::vector<std::pair<std::string, std::string>> headers;
    bool is_virtual = false;
};

/// What the options of a compilation say.
struct Choice {
    std::vector<std::string> definitions;
    std::string unknown;
    bool is_virtual = false;
};

static Handles<Program> &programs() {
    static auto &all = *new Handles<Program>(PROGRAMS);
    return all;
}

const int architectures[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90, 100, 101, 120};
const int architecture_count = std::size(architectures);

static bool begins(const std::string &text, const std::string &with) { return text.compare(0, with.size(), with) == 0; }

/// `sm_90`, `sm_90a`, `compute_90` or `gfx90a:xnack+`.
static bool is_architecture(const std::string &name) {
    if (begins(name, "gfx")) return name.size() > 3 && std::isxdigit(name[3]);
    size_t digits = begins(name, "sm_") ? 3 : begins(name, "compute_") ? 8 : 0;
    if (!digits) return false;
    int number = std::atoi(name.c_str() + digits);
    return std::count(std::begin(architectures), std::end(architectures), number) == 1;
}

/// The value of an option: behind `=`, in the next one, or, where it may be so, in the same word.
static bool takes(const std::string &option, const std::string &name, bool may_join, const char *next, std::string &value, int &i) {
    if (!begins(option, name)) return false;
    std::string rest = option.substr(name.size());
    if (rest.empty() && next) {
        value = next;
        i++;
        return true;
    }
    if (!may_join && (rest.empty() || rest[0] != '=')) return false;
    value = rest.substr(!may_join || rest[0] == '=');
    return true;
}

static Choice choice_of(int count, const char *const *options) {
    Choice choice;
    for (int i = 0; i < count; i++) {
        const char *next = i + 1 < count ? options[i + 1] : nullptr;
        std::string option = options[i], value;
        if (takes(option, "-D", true, next, value, i) || takes(option, "--define-macro", false, next, value, i)) {
            choice.definitions.push_back("-D" + value);
        } else if (takes(option, "--gpu-architecture", false, next, value, i) || takes(option, "-arch", false, next, value, i) ||
                   takes(option, "--offload-arch", false, next, value, i)) {
            if (!is_architecture(value)) choice.unknown = value;
            choice.is_virtual = begins(value, "compute_");
        }
    }
    return choice;
}

static std::string contents(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

static void write_text(const fs::path &path, const std::string &text) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) die("cannot write " + path.string());
}

/// The prelude lies beside this library.
static std::string prelude() {
    Dl_info info;
    if (!dladdr(architectures, &info)) die("where is this library?");
    fs::path path = fs::canonical(info.dli_fname).parent_path() / "prelude.h";
    return contents(path);
}

/// Runs the compiler; what it says goes to `log`.
static bool run_compiler(const std::vector<std::string> &command, const fs::path &log) {
    std::vector<char *> words, environment;
    for (const std::string &word : command) words.push_back(const_cast<char *>(word.c_str()));
    words.push_back(nullptr);
    // What is put before the program's calls is not meant for the compiler.
    for (char **variable = environ; *variable; variable++)
        if (!begins(*variable, "LD_PRELOAD=")) environment.push_back(*variable);
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    pid_t child = 0;
    int status = -1;
    bool is_started = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environment.data()) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return is_started && waitpid(child, &status, 0) == child && status == 0;
}

/// Where what these words and texts give is kept, if it is to be kept at all (HEFFTE_STAND_IN_CACHE).
static fs::path place_in_cache(const std::vector<std::string> &command, const std::string &text) {
    const char *cache = std::getenv("HEFFTE_STAND_IN_CACHE");
    if (!cache || !*cache) return {};
    std::string all = text;
    for (const std::string &word : command) all += '\0' + word;
    return fs::path(cache) / (std::to_string(std::hash<std::string>()(all)) + ".so");
}

/// Compiles in a directory that is there for that alone. Returns the shared object, or nothing.
static std::string compile_in(const fs::path &place, Program &program, const Choice &choice) {
    const char *compiler = std::getenv("CXX");
    std::vector<std::string> command = {compiler && *compiler ? compiler : "c++",
                                        "-std=c++17",
                                        "-O1",
                                        "-shared",
                                        "-fPIC",
                                        // What is not a kernel stays inside, so that the module can be unloaded.
                                        "-fvisibility=hidden",
                                        "-Wno-unknown-pragmas"};
    command.insert(command.end(), choice.definitions.begin(), choice.definitions.end());
    std::string text = prelude() + "#line 1 \"kernels\"\n" + program.source, all = text;
    for (const auto &[name, header] : program.headers) all += name + header;
    fs::path kept = place_in_cache(command, all), object = place / "kernels.so";
    if (!kept.empty() && fs::exists(kept)) return contents(kept);

    write_text(place / "kernels.cpp", text);
    for (const auto &[name, header] : program.headers) write_text(place / name, header);
    command.insert(command.end(), {"-I", place, "-o", object, place / "kernels.cpp"});
    bool is_done = run_compiler(command, place / "log");
    program.log = fs::exists(place / "log") ? contents(place / "log") : "cannot run " + command[0];
    if (!is_done) return {};
    if (!kept.empty()) {
        fs::path beside = kept.string() + "." + std::to_string(getpid());
        write_text(beside, contents(object));
        fs::rename(beside, kept);
    }
    return contents(object);
}

CompilerResult create_program(uint64_t *program, const char *source, int headers, const char *const *texts,
                              const char *const *names) {
    if (!program || !source || headers < 0) return COMPILER_INVALID_INPUT;
    auto made = std::make_shared<Program>();
    made->source = source;
    for (int i = 0; i < headers; i++) made->headers.emplace_back(names[i], texts[i]);
    *program = programs().add(made);
    return COMPILER_SUCCESS;
}

CompilerResult destroy_program(uint64_t *program) {
    if (!program || !programs().remove(*program)) return COMPILER_INVALID_PROGRAM;
    *program = 0;
    return COMPILER_SUCCESS;
}

CompilerResult compile(uint64_t handle, int count, const char *const *options) {
    auto program = programs().find(handle);
    if (!program) return COMPILER_INVALID_PROGRAM;
    Choice choice = choice_of(count, options);
    program->image.clear();
    program->log.clear();
    if (!choice.unknown.empty()) {
        program->log = "error: invalid value for --gpu-architecture: " + choice.unknown + "\n";
        return COMPILER_INVALID_OPTION;
    }
    std::string place = (fs::temp_directory_path() / "heffte-stand-in-XXXXXX").string();
    if (!mkdtemp(place.data())) return COMPILER_INTERNAL_ERROR;
    std::string object = compile_in(place, *program, choice);
    fs::remove_all(place);
    if (object.empty()) return COMPILER_COMPILATION;
    ImageHeader header;
    std::memcpy(header.magic, IMAGE_MAGIC, sizeof IMAGE_MAGIC);
    header.size = object.size();
    program->image.assign(reinterpret_cast<const char *>(&header), sizeof header);
    program->image += object;
    program->is_virtual = choice.is_virtual;
    return COMPILER_SUCCESS;
}

CompilerResult image_size(uint64_t handle, bool virtual_image, size_t *size) {
    auto program = programs().find(handle);
    if (!program || program->image.empty()) return COMPILER_INVALID_PROGRAM;
    if (!size) return COMPILER_INVALID_INPUT;
    // One that is for a device has both.
    *size = program->is_virtual && !virtual_image ? 0 : program->image.size();
    return COMPILER_SUCCESS;
}

CompilerResult image(uint64_t handle, bool virtual_image, char *bytes) {
    size_t size;
    CompilerResult result = image_size(handle, virtual_image, &size);
    if (result != COMPILER_SUCCESS) return result;
    if (!bytes || !size) return COMPILER_INVALID_INPUT;
    std::memcpy(bytes, programs().find(handle)->image.data(), size);
    return COMPILER_SUCCESS;
}

CompilerResult log_size(uint64_t handle, size_t *size) {
    auto program = programs().find(handle);
    if (!program) return COMPILER_INVALID_PROGRAM;
    if (!size) return COMPILER_INVALID_INPUT;
    *size = program->log.size() + 1;
    return COMPILER_SUCCESS;
}

CompilerResult log(uint64_t handle, char *text) {
    auto program = programs().find(handle);
    if (!program) return COMPILER_INVALID_PROGRAM;
    if (!text) return COMPILER_INVALID_INPUT;
    std::memcpy(text, program->log.c_str(), program->log.size() + 1);
    return COMPILER_SUCCESS;
}

} // namespace stand_in

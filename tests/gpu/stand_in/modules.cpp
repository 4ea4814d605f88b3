// Modules are shared objects, their kernels functions that are called for each block.
#include "parts.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

namespace stand_in {

constexpr int MOST_ARGUMENTS = 12;

/// A kernel takes fewer; on the machines that this runs on, a function does not see those that it does not know of.
using Kernel = void (*)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                        uint64_t);

struct Function {
    Kernel kernel;
    int arguments;
};

struct Module {
    int device;
    void *library = nullptr;
    /// Open as long as the library is loaded, which is known by its path: no other module may have the same.
    int file = -1;
    Dimensions *thread, *block, *block_size, *grid_size;
    std::unordered_map<std::string, uint64_t> names;

    ~Module() {
        if (library) dlclose(library);
        if (file >= 0) close(file);
    }
};

/// A function lives as long as its module.
struct Entry {
    Function function;
    std::shared_ptr<Module> module;
};

static Handles<Module> &modules() {
    static auto &all = *new Handles<Module>(MODULES);
    return all;
}

static std::unordered_map<uint64_t, Entry> &functions() {
    static auto &all = *new std::unordered_map<uint64_t, Entry>;
    return all;
}

static bool load(Module &module, const ImageHeader &header, const char *bytes) {
    module.file = memfd_create("heffte stand-in module", MFD_CLOEXEC);
    if (module.file < 0) return false;
    for (uint64_t written = 0; written < header.size;) {
        ssize_t now = ::write(module.file, bytes + written, header.size - written);
        if (now <= 0) return false;
        written += uint64_t(now);
    }
    std::string path = "/proc/self/fd/" + std::to_string(module.file);
    module.library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!module.library) {
        std::fprintf(stderr, "stand-in: %s\n", dlerror());
        return false;
    }
    auto variable = [&](const char *name) { return static_cast<Dimensions *>(dlsym(module.library, name)); };
    module.thread = variable("threadIdx");
    module.block = variable("blockIdx");
    module.block_size = variable("blockDim");
    module.grid_size = variable("gridDim");
    return module.thread && module.block && module.block_size && module.grid_size;
}

Result load_module(uint64_t *handle, const void *image) {
    if (!handle || !image) return INVALID_VALUE;
    ImageHeader header;
    std::memcpy(&header, image, sizeof header);
    if (std::memcmp(header.magic, IMAGE_MAGIC, sizeof IMAGE_MAGIC)) return INVALID_IMAGE;
    auto module = std::make_shared<Module>();
    module->device = current_device();
    if (!load(*module, header, static_cast<const char *>(image) + sizeof header)) return INVALID_IMAGE;
    *handle = modules().add(module);
    return SUCCESS;
}

Result unload_module(uint64_t handle) {
    auto module = modules().find(handle);
    if (!module) return INVALID_HANDLE;
    finish_all_work();
    for (const auto &[name, function] : module->names) functions().erase(function);
    modules().remove(handle);
    return SUCCESS;
}

Result get_function(uint64_t *function, uint64_t handle, const char *name) {
    auto module = modules().find(handle);
    if (!module) return INVALID_HANDLE;
    if (!function || !name) return INVALID_VALUE;
    void *kernel = dlsym(module->library, name);
    auto *count = static_cast<int *>(dlsym(module->library, (std::string(name) + "_arguments").c_str()));
    if (!kernel || !count) return NOT_FOUND;
    uint64_t &known = module->names[name];
    if (!known) {
        known = new_handle();
        functions()[known] = {{reinterpret_cast<Kernel>(kernel), *count}, module};
    }
    *function = known;
    return SUCCESS;
}

/// Runs all blocks; where work is put off, from the last to the first, so that none can rely on another.
static void run_blocks(const Entry &entry, Dimensions grid, Dimensions block, const uint64_t *a) {
    Unprotected unprotected;
    const Module &module = *entry.module;
    *module.block_size = block;
    *module.grid_size = grid;
    uint64_t plane = uint64_t(grid.x) * grid.y, blocks = plane * grid.z;
    for (uint64_t turn = 0; turn < blocks; turn++) {
        uint64_t i = is_lazy() ? blocks - 1 - turn : turn;
        *module.block = {unsigned(i % grid.x), unsigned(i % plane / grid.x), unsigned(i / plane)};
        // No thread outside ALL_THREADS.
        *module.thread = {~0u, ~0u, ~0u};
        entry.function.kernel(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
    }
}

static bool is_possible(Dimensions grid, Dimensions block) {
    bool is_grid = grid.x && grid.y && grid.z && grid.x <= 0x7fffffff && grid.y <= 65535 && grid.z <= 65535;
    bool is_block = block.x && block.y && block.z && block.x <= 1024 && block.y <= 1024 && block.z <= 64;
    return is_grid && is_block && block.x * block.y * block.z <= 1024;
}

Result launch(uint64_t function, Dimensions grid, Dimensions block, unsigned shared, uint64_t stream, void **parameters,
              void **extra) {
    auto found = functions().find(function);
    if (found == functions().end() || !is_stream_here(stream)) return INVALID_HANDLE;
    const Entry entry = found->second;
    if (entry.module->device != current_device()) return INVALID_HANDLE;
    if (!is_possible(grid, block) || (entry.function.arguments && !parameters)) return INVALID_VALUE;
    if (shared || extra) return NOT_SUPPORTED;
    std::vector<uint64_t> arguments(MOST_ARGUMENTS);
    for (int i = 0; i < entry.function.arguments; i++) {
        std::memcpy(&arguments[size_t(i)], parameters[i], sizeof arguments[0]);
        if (is_of_host_alone(arguments[size_t(i)])) {
            std::fprintf(stderr, "stand-in: argument %d of a kernel is an address of the host\n", i);
            return ILLEGAL_ADDRESS;
        }
    }
    return submit(stream, [=] { run_blocks(entry, grid, block, arguments.data()); });
}

} // namespace stand_in

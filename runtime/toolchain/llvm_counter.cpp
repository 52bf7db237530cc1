#include <algorithm>
#include <filesystem>
#include <system_error>

#include "runtime/toolchain/line_counter.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

/// Objects that one llvm-cov is asked about: their names fit on its command
/// line.
constexpr size_t llvm_batch = 256;

class llvm_counter final : public line_counter {
public:
  llvm_counter(build_steps steps, std::vector<std::string> objects,
               std::string llvm_profdata, std::string llvm_cov)
    : steps_{std::move(steps)},
      objects_{std::move(objects)},
      llvm_profdata_{std::move(llvm_profdata)},
      llvm_cov_{std::move(llvm_cov)},
      profiles_{steps_.build / "cohort-profiles"} {
    // nop
  }

  void forget() override {
    std::error_code failed;
    fs::remove_all(profiles_, failed);
  }

  /// Processes of a program share up to four files.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>>
  environment() const override {
    return {{"LLVM_PROFILE_FILE", (profiles_ / "%4m.profraw").string()}};
  }

  expected<executed_lines> read() override {
    std::error_code failed;
    if (!fs::exists(profiles_, failed))
      return error{errc::tool_failed, "no test noted what it executed"};
    auto merged = (profiles_ / "all.profdata").string();
    // A test that was killed may have left half of a file.
    auto joined
      = steps_.run({llvm_profdata_, "merge", "-sparse", "-failure-mode=all",
                    profiles_.string(), "-o", merged});
    if (!joined.ok())
      return error{errc::tool_failed,
                   failure_text("llvm-profdata failed", joined)};
    std::erase_if(objects_, [&](auto& it) { return !fs::exists(it, failed); });
    executed_lines result;
    for (size_t begin = 0; begin < objects_.size(); begin += llvm_batch) {
      auto lines = read_batch(begin, merged);
      if (!lines)
        return lines.error();
      add_lines(result, *lines);
    }
    return result;
  }

  [[nodiscard]] line_counting counting() const override {
    return line_counting::as_llvm_cov;
  }

private:
  expected<executed_lines> read_batch(size_t begin, const std::string& merged) {
    std::vector<std::string> argv{llvm_cov_, "export", "-format=lcov",
                                  "-instr-profile=" + merged};
    auto end = std::min(begin + llvm_batch, objects_.size());
    for (auto i = begin; i < end; ++i) // Absolute paths.
      argv.insert(argv.end(), {"-object", objects_[i]});
    auto told = steps_.run(std::move(argv));
    if (!told.ok())
      return error{errc::tool_failed, failure_text("llvm-cov failed", told)};
    return read_lcov(told.out);
  }

  build_steps steps_;
  std::vector<std::string> objects_;
  std::string llvm_profdata_;
  std::string llvm_cov_;
  fs::path profiles_;
};

} // namespace

std::unique_ptr<line_counter>
make_llvm_counter(build_steps steps, std::vector<std::string> objects,
                  std::string llvm_profdata, std::string llvm_cov) {
  return std::make_unique<llvm_counter>(std::move(steps), std::move(objects),
                                        std::move(llvm_profdata),
                                        std::move(llvm_cov));
}

} // namespace cohort::runtime::toolchain

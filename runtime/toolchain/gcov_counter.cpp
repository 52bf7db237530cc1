#include <algorithm>
#include <filesystem>
#include <system_error>

#include "runtime/toolchain/line_counter.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

/// Objects that one gcov is asked about: with all that they include, they are
/// told in a few megabytes each.
constexpr size_t gcov_batch = 4;

class gcov_counter final : public line_counter {
public:
  gcov_counter(build_steps steps, std::vector<std::string> objects,
               std::string gcov)
    : steps_{std::move(steps)},
      objects_{std::move(objects)},
      gcov_{std::move(gcov)} {
    // nop
  }

  void forget() override {
    std::error_code failed;
    for (auto& object : objects_)
      fs::remove(beside(object, ".gcda"), failed);
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>>
  environment() const override {
    return {};
  }

  expected<executed_lines> read() override {
    executed_lines result;
    auto files = noted();
    for (size_t begin = 0; begin < files.size(); begin += gcov_batch) {
      auto end = std::min(begin + gcov_batch, files.size());
      auto lines = read_batch({files.begin() + static_cast<ptrdiff_t>(begin),
                               files.begin() + static_cast<ptrdiff_t>(end)});
      if (!lines)
        return lines.error();
      add_lines(result, *lines);
    }
    return result;
  }

  [[nodiscard]] line_counting counting() const override {
    return line_counting::as_gcovr;
  }

private:
  static fs::path beside(const fs::path& object, const char* ending) {
    return fs::path{object}.replace_extension(ending);
  }

  /// For each object that was built its counts, or what they would mean.
  std::vector<std::string> noted() const {
    std::vector<std::string> result;
    std::error_code failed;
    for (auto& object : objects_)
      for (auto* ending : {".gcda", ".gcno"})
        if (auto file = beside(object, ending); fs::exists(file, failed)) {
          result.push_back(file.string());
          break;
        }
    return result;
  }

  expected<executed_lines> read_batch(const std::vector<std::string>& files) {
    std::vector<std::string> argv{gcov_, "--json-format", "--stdout"};
    argv.insert(argv.end(), files.begin(), files.end()); // Absolute paths.
    auto told = steps_.run(std::move(argv), {{"LC_ALL", "C.UTF-8"}});
    if (!told.ok())
      return error{errc::tool_failed, failure_text("gcov failed", told)};
    return read_gcov(told.out);
  }

  build_steps steps_;
  std::vector<std::string> objects_;
  std::string gcov_;
};

} // namespace

std::unique_ptr<line_counter>
make_gcov_counter(build_steps steps, std::vector<std::string> objects,
                  std::string gcov) {
  return std::make_unique<gcov_counter>(std::move(steps), std::move(objects),
                                        std::move(gcov));
}

} // namespace cohort::runtime::toolchain

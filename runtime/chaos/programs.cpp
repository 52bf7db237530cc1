#include "runtime/chaos/programs.hpp"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace cohort::runtime::chaos {

namespace {

/// The script finds the command as "$@".
process::command inside_of(std::string script, process::command what) {
  std::vector<std::string> argv{"/bin/sh", "-c", std::move(script), "sh"};
  argv.insert(argv.end(), std::make_move_iterator(what.argv.begin()),
              std::make_move_iterator(what.argv.end()));
  what.argv = std::move(argv);
  return what;
}

} // namespace

process::command hung(process::command what) {
  return inside_of("kill -STOP $$; exec \"$@\"", std::move(what));
}

process::command slowed(process::command what, unsigned times) {
  return inside_of("began=$(date +%s%N); \"$@\"; code=$?; left=$(( ($(date "
                   "+%s%N) - began) * "
                     + std::to_string(times - 1)
                     + " / 1000000 )); sleep $((left / 1000)).$(printf %03d "
                       "$((left % 1000))); exit $code",
                   std::move(what));
}

} // namespace cohort::runtime::chaos

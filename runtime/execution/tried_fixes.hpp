#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/execution/trial.hpp"

namespace cohort::runtime::execution {

/// Which fixes were turned down already.
///
/// A fix is known by its edits and the text round them, so that it is
/// recognised after lines moved. It gets one second chance, in a later pass,
/// when something was repaired since that it may depend on: in another file
/// that its unit reads, or close by.
class tried_fixes {
public:
  void start_pass();
  void kept(const trial& what);
  void rejected(const trial& what);
  /// It was kept, and did harm: it gets no second chance on its line, whatever
  /// is repaired beside it.
  void banned(const trial& what);
  /// Lines moved without a fix being kept.
  void moved(const shifts& by);
  /// Whether trying it (again) would tell nothing new. `is_read` says whether
  /// the unit that judges it reads a file.
  [[nodiscard]] bool
  is_settled(const trial& what,
             const std::function<bool(const std::string&)>& is_read) const;

private:
  struct place {
    std::string file;
    uint32_t line = 0;
  };
  static place place_of(const trial& what);

  struct rejection {
    place where;
    unsigned times = 0;
    unsigned pass = 0;
    size_t kept_before = 0;
  };

  struct ban {
    place where;
    std::string edits;
  };

  unsigned pass_ = 0;
  std::vector<place> kept_;
  std::map<std::string, rejection> rejected_;
  std::vector<ban> banned_;
};

} // namespace cohort::runtime::execution

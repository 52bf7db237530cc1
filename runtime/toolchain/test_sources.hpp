#pragma once

#include <string_view>

/// Which sources are tests themselves, as opposed to what is tested.
namespace cohort::runtime::toolchain {

/// Whether a file is a test, or a part of one: by a folder of its path ("test",
/// "tests", "unittest" or "unittests"), by its name ("x_test", "x_tests",
/// "x_unittest", "test_x" or "test"), both in any case, or, of a source that is
/// no header, because a line of `text` begins with a macro that GoogleTest,
/// doctest, Catch2 or Boost.Test define tests with. `path` is relative to the
/// workspace's root.
/// Pure; linear in the text.
bool is_test_source(std::string_view path, std::string_view text);

} // namespace cohort::runtime::toolchain

#include "runtime/process/runner.hpp"

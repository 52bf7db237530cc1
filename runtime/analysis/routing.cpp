#include "runtime/analysis/routing.hpp"

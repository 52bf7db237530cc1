#include "runtime/analysis/evidence.hpp"

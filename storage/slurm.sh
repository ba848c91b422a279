#!/bin/bash
# Workers of one study, one GPU each:
#
#     sbatch --array=0-15 storage/slurm.sh NAME
#     sbatch --array=0-15 storage/slurm.sh NAME --study-file mine.toml
#
# What follows the name goes to `mdm-opt worker`. The URL of the database is read from a file that
# only you can read; ~/.mdm-opt-storage, or the one that MDM_OPT_STORAGE_FILE names:
#
#     (umask 077; cat > ~/.mdm-opt-storage)
#     postgresql://mdm_worker:PASSWORD@HOST/mdm
#
# A minute before its time is over, a job gets SIGTERM and gives its trial back; submit again to
# go on. A job that is pre-empted or loses its node is queued again. Once the study is done, jobs
# end as soon as they begin.

#SBATCH --job-name=mdm-opt
#SBATCH --array=0-3
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=4
#SBATCH --mem=32G
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=mdm-opt-%A_%a.log

set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: sbatch slurm.sh NAME [OPTION OF mdm-opt worker]..." >&2
    exit 2
fi

file=${MDM_OPT_STORAGE_FILE:-$HOME/.mdm-opt-storage}
if [ ! -r "$file" ]; then
    echo "no readable file $file with the URL of the database" >&2
    exit 2
fi
case $(stat --format=%a "$file") in
    ?00) ;;
    *)
        echo "others may read $file, which holds a password: chmod 600 $file" >&2
        exit 2
        ;;
esac

MDM_OPT_STORAGE=$(< "$file")
export MDM_OPT_STORAGE
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
echo "job ${SLURM_JOB_ID:-?}, task ${SLURM_ARRAY_TASK_ID:-0} on $(hostname)" >&2

# In place of this shell, so that SIGTERM reaches the worker.
exec mdm-opt worker "$@"
